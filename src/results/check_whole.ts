import { join } from "@std/path";
import { hashFile } from "../disk/hash_file.ts";
import { DamagedRun, readOwn } from "./damaged_run.ts";
import { checkOwnFile } from "./own_files.ts";
import { readPrompt } from "./read_prompt.ts";
import { readEnsemble, readRun } from "./read_run.ts";

/**
 * Checks that a complete run's folder has what its experiment makes a run write, and that the files whose hashes it has are those.
 *
 * @param folder of a complete run of the present semantics
 * @throws {DamagedRun} naming the file that is missing or was changed
 */
export async function checkWhole(folder: string): Promise<void> {
  const { experiment, environment } = await readRun(folder);
  const { tune, ensemble, evaluation: { transfer = [] } } = experiment;
  if (ensemble !== undefined) await readEnsemble(folder);
  else if (tune === "prompt") await readPrompt(folder);
  if (tune === "all") {
    const sha256 = await readOwn(join(folder, "model.safetensors"), hashFile);
    if (sha256 === undefined) throw new DamagedRun(`${folder} lacks model.safetensors`);
    checkOwnFile(folder, "model.safetensors", sha256, environment);
  }
  const others = ["samples.md", "report.html", ...tune === "prompt" ? ["neighbours.json"] : []];
  for (const name of [...others, ...transfer.map(({ as }) => `predictions.${as}.jsonl`)]) {
    if (await readOwn(join(folder, name), Deno.stat) === undefined) {
      throw new DamagedRun(`${folder} lacks ${name}`);
    }
  }
}
