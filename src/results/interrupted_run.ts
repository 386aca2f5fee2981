import { join } from "@std/path";
import { type Checkpoint, decodeCheckpoint } from "../training/checkpoint.ts";
import { TRAINING_FILES } from "../training/file_schemas.ts";
import type { HistoryLine } from "../training/trainer.ts";

/** What an interrupted run has left to resume from. */
export interface Interruption {
  readonly checkpoint: Checkpoint | undefined;
  /** Which file is damaged, and how; then there is no checkpoint. */
  readonly damage: string | undefined;
}

/** The checkpoint of a run that was interrupted, with a history that ends at it; or the reason why one of the two cannot be used. */
export async function readInterrupted(partial: string): Promise<Interruption> {
  const path: string = join(partial, "checkpoint.safetensors");
  let name = path;
  try {
    const checkpoint = await decodeCheckpoint(await Deno.readFile(path));
    name = join(partial, "history.jsonl");
    const written = checkpoint.step - checkpoint.losses.length;
    const last = (await readHistory(partial)).filter(({ step }) => step <= checkpoint.step).at(-1)?.step ?? 0;
    if (last < written) {
      throw new RangeError(`it ends at step ${last}, and the checkpoint's is at step ${written}`);
    }
    return { checkpoint, damage: undefined };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { checkpoint: undefined, damage: undefined };
    if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
    return { checkpoint: undefined, damage: `${name} is damaged (${error.message})` };
  }
}

/** The lines of `history.jsonl` in a folder; none where there is no such file. @throws {RangeError} where a line is damaged */
export async function readHistory(partial: string): Promise<HistoryLine[]> {
  const text = await Deno.readTextFile(join(partial, "history.jsonl")).catch(() => "");
  // A killed process may have left an incomplete last line.
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "")
    .map((line) => TRAINING_FILES.read("history_line", JSON.parse(line), (fault) => new RangeError(fault)));
}
