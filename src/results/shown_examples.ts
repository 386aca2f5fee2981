import { join } from "@std/path";
import { parseJson } from "../base/json_text.ts";
import { sha256 } from "../base/sha256.ts";
import { JSON_LIMIT } from "../disk/read_limited.ts";
import { damaged, readOwn } from "./damaged_run.ts";
import { RUN_FILES } from "./file_schemas.ts";
import { checkListedFile } from "./own_files.ts";
import { readEnvironment } from "./read_run.ts";
import type { ShownExample } from "./run_files.ts";

/** The file of the training examples that stand in a run's prompt, in their order. */
export const SHOWN_EXAMPLES = "examples.jsonl";

/**
 * The training examples that stand in the prompt of a run.
 *
 * @throws {DamagedRun} where the file is missing or damaged
 */
export async function readShownExamples(folder: string): Promise<ShownExample[]> {
  const file = join(folder, SHOWN_EXAMPLES);
  const bytes = await readOwn(file, Deno.readFile, JSON_LIMIT);
  if (bytes === undefined) throw damaged(file, "it is missing");
  checkListedFile(folder, SHOWN_EXAMPLES, await sha256(bytes), await readEnvironment(folder));
  return new TextDecoder().decode(bytes).split("\n").flatMap((line, i) => {
    if (line === "") return [];
    const refuse = (fault: string) => damaged(file, `line ${i + 1}: ${fault}`);
    return [RUN_FILES.read("shown_example", jsonIn(line, refuse), refuse)];
  });
}

function jsonIn(line: string, refuse: (fault: string) => Error): unknown {
  try {
    return parseJson(line);
  } catch {
    throw refuse("it is not JSON");
  }
}
