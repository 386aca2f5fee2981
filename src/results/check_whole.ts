import { join } from "@std/path";
import { innerPath } from "../base/inner_path.ts";
import { hashFile } from "../disk/hash_file.ts";
import { STREAM_LIMIT } from "../disk/read_limited.ts";
import { DamagedRun, readOwn } from "./damaged_run.ts";
import { checkListedFile, checkOwnFile } from "./own_files.ts";
import { readPrompt } from "./read_prompt.ts";
import { readEnsemble, readRun } from "./read_run.ts";
import { isTextRun, readTextRun } from "./read_text_run.ts";

/** The file whose hash is of its content without name and description, which `readRun` checks. */
const EXPERIMENT = "experiment.yaml";

/**
 * Checks that a complete run's folder has what its experiment makes a run write, and that the files whose hashes it has are those.
 *
 * @param folder of a complete run of the present semantics
 * @throws {DamagedRun} naming the file that is missing or was changed
 */
export async function checkWhole(folder: string): Promise<void> {
  const { experiment, environment } = await isTextRun(folder)
    ? await readTextRun(folder)
    : await readRun(folder);
  const { tune, ensemble, evaluation: { transfer = [] } } = experiment;
  if (ensemble !== undefined) await readEnsemble(folder);
  else if (tune === "prompt") await readPrompt(folder);
  const { [EXPERIMENT]: _, ...listed } = environment.files ?? {};
  const written = ["samples.md", "report.html", ...tune === "prompt" ? ["neighbours.json"] : []];
  const ofModel = tune === "all" ? ["model.safetensors"] : [];
  const others = [...transfer].map(({ as }) => `predictions.${as}.jsonl`);
  for (const name of new Set([...written, ...ofModel, ...others, ...Object.keys(listed)])) {
    if (innerPath(name) !== name) {
      throw new DamagedRun(`${folder} cannot have the file ${JSON.stringify(name)}`);
    }
    const sha256 = await readOwn(join(folder, name), hashFile, STREAM_LIMIT);
    if (sha256 === undefined) throw new DamagedRun(`${folder} lacks ${name}`);
    if (ofModel.includes(name)) checkOwnFile(folder, name, sha256, environment);
    else checkListedFile(folder, name, sha256, environment);
  }
}
