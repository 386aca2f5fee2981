import { allDone } from "../base/all_done.ts";
import { join } from "@std/path";
import { InputError } from "../base/errors.ts";
import { ignoreMissing, removeAll, writeWhole } from "../disk/write_whole.ts";
import { MEMORY_LIMIT, readLimited } from "../disk/read_limited.ts";
import { decodeCheckpoint, encodeCheckpoint, type MarkedCheckpoint } from "../training/checkpoint.ts";
import type { HistoryFile } from "./history_file.ts";

/** The last checkpoint, and the one before it. */
const LAST = "checkpoint.safetensors";
const BEFORE = "checkpoint.before.safetensors";

/** The names of all files with checkpoints. */
export const CHECKPOINT_FILES = [LAST, BEFORE] as const;

/** A checkpoint that was read. */
export interface FoundCheckpoint extends MarkedCheckpoint {
  /** Its file. */
  readonly name: string;
}

/** What was found of an interrupted run. */
export interface FoundCheckpoints {
  /** The sound ones, the newest first. */
  readonly sound: readonly FoundCheckpoint[];
  /** What is wrong with the others. */
  readonly damage: readonly string[];
}

/** The last two checkpoints of a run, each with the history that it was written after. */
export class CheckpointFiles {
  /** The step of the last one. */
  private step: number | undefined;

  constructor(private readonly folder: string, private readonly history: HistoryFile) {}

  /** Adds a checkpoint; whenever the program stops, one of the two is whole. */
  async keep({ checkpoint, history }: MarkedCheckpoint): Promise<void> {
    const bytes = await encodeCheckpoint({ checkpoint, history });
    const last = join(this.folder, LAST);
    // A state that is kept a second time does not replace an earlier one.
    if (this.step !== checkpoint.step) {
      await Deno.rename(last, join(this.folder, BEFORE)).catch(ignoreMissing);
    }
    await writeWhole(last, bytes);
    this.step = checkpoint.step;
  }

  /**
   * Reads them back and checks them against their hashes, and the history against theirs.
   *
   * @param all both, or only the newest sound one: a model's takes much memory
   */
  async read(all: boolean): Promise<FoundCheckpoints> {
    const sound: FoundCheckpoint[] = [];
    const damage: string[] = [];
    for (const name of CHECKPOINT_FILES) {
      if (sound.length > 0 && !all) break;
      let path: string = join(this.folder, name);
      try {
        const found = await decodeCheckpoint(await readLimited(path, MEMORY_LIMIT));
        path = this.history.path;
        await this.history.check(found.history);
        sound.push({ ...found, name });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) continue;
        damage.push(reasonOf(path, error));
      }
    }
    return { sound, damage };
  }

  /** Makes a checkpoint the last one, from which the run goes on; without one, removes all. */
  async goOnFrom(found: FoundCheckpoint | undefined): Promise<void> {
    const path = (name: string) => join(this.folder, name);
    if (found === undefined) await allDone(CHECKPOINT_FILES.map((name) => removeAll(path(name))));
    else if (found.name !== LAST) {
      await removeAll(path(LAST));
      await Deno.rename(path(found.name), path(LAST));
    }
    this.step = found?.checkpoint.step;
  }
}

/** @throws what is no damage */
function reasonOf(path: string, error: unknown): string {
  if (error instanceof InputError) return error.message;
  if (error instanceof RangeError || error instanceof SyntaxError) {
    return `${path} is damaged (${error.message})`;
  }
  throw error;
}

/** Removes the checkpoints of a run that does not go on. @param partial its partial folder */
export async function dropCheckpoints(partial: string): Promise<void> {
  for (const name of CHECKPOINT_FILES) await removeAll(join(partial, name));
}
