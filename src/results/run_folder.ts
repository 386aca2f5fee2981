import { basename, dirname, join } from "@std/path";
import type { Experiment } from "../experiment/types.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../training/checkpoint.ts";
import { TRAINING_FILES } from "../training/file_schemas.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { onDisk } from "../disk/on_disk.ts";
import { experimentYaml } from "./experiment_yaml.ts";
import type { MetricsFile } from "./metrics_file.ts";
import { readMetrics } from "./read_run.ts";

/** How a run ended. */
export type RunStatus = "complete" | "failed" | "interrupted";

/**
 * The only writer of a run's results. A run writes into `<folder>.partial`, next to its final place, and is moved there when it is
 * complete; until then the partial folder has a checkpoint to resume from. The writer holds the run's lock.
 *
 * The process may be killed between any two writes. Each file except the history is written atomically. `metrics.json` marks a run as
 * complete and is the last file written: a partial folder that has it only needs to be moved, which the next process does.
 */
export class RunFolder {
  private kept: boolean;

  private constructor(
    /** The final folder of the results. */
    readonly path: string,
    private readonly partial: string,
    /** The checkpoint of an earlier, interrupted attempt of the same run. */
    readonly checkpoint: Checkpoint | undefined,
    /** Why an earlier attempt of the same run cannot be resumed, if its files are damaged. */
    readonly damage?: string,
  ) {
    this.kept = checkpoint !== undefined;
  }

  /** Recovers from a killed process: completes an unfinished move into place. */
  static async recover(path: string): Promise<void> {
    const old = oldPath(path);
    if (await isThere(old)) {
      if (await isThere(path)) await mergeOld(old, path);
      else await Deno.rename(old, path);
    }
    const left = await readMetrics(partialPath(path)).catch(() => undefined);
    if (left?.status === "complete") await moveIntoPlace(path);
  }

  /**
   * Starts a run, or resumes an interrupted one with the same content.
   *
   * @param contentHash identifies the content of a run
   * @param restart discards an interrupted run
   */
  static async begin(
    path: string,
    contentHash: string,
    experiment: Experiment,
    restart: boolean,
  ): Promise<RunFolder> {
    const partial = partialPath(path);
    const before = restart
      ? undefined
      : await Deno.readTextFile(join(partial, "content_hash")).catch(() => undefined);
    const { checkpoint, damage } = before === contentHash
      ? await readInterrupted(partial)
      : { checkpoint: undefined, damage: undefined };
    await onDisk(partial, async () => {
      if (checkpoint === undefined) await removeFolder(partial);
      await Deno.mkdir(partial, { recursive: true });
      await Deno.remove(join(partial, "metrics.json")).catch(ignoreMissing);
    });
    const folder = new RunFolder(path, partial, checkpoint, damage);
    await folder.writeText("content_hash", contentHash);
    await folder.writeText("experiment.yaml", experimentYaml(experiment));
    if (checkpoint !== undefined) await folder.cutHistory(checkpoint.step);
    return folder;
  }

  /** Records why a run could not start. Its earlier results stay. */
  static async failedBefore(path: string, experiment: Experiment, error: string): Promise<void> {
    const partial = partialPath(path);
    await onDisk(partial, () => Deno.mkdir(partial, { recursive: true }));
    const folder = new RunFolder(path, partial, undefined);
    await folder.writeText("experiment.yaml", experimentYaml(experiment));
    await folder.fail("failed", error);
  }

  /** The folder of the files until the run is complete. */
  get partialPath(): string {
    return this.partial;
  }

  /** Whether there is a checkpoint to go on from. */
  get hasCheckpoint(): boolean {
    return this.kept;
  }

  /** Writes a file atomically. */
  async writeBytes(name: string, bytes: Uint8Array): Promise<void> {
    await this.writeWhole(name, (path) => Deno.writeFile(path, bytes));
  }

  async writeText(name: string, content: string): Promise<void> {
    await this.writeBytes(name, new TextEncoder().encode(content));
  }

  async writeJson(name: string, content: unknown): Promise<void> {
    await this.writeText(name, `${JSON.stringify(content, null, 2)}\n`);
  }

  async writeJsonLines(name: string, lines: readonly unknown[]): Promise<void> {
    await this.writeWhole(name, async (path) => {
      await Deno.writeTextFile(path, ReadableStream.from(linePieces(lines)));
    });
  }

  /** Writes a file under a temporary name, and renames it when it is complete. */
  private async writeWhole(name: string, write: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.partial, name);
    await onDisk(path, async () => {
      await write(`${path}.new`);
      await Deno.rename(`${path}.new`, path);
    });
  }

  /** Adds a line to `history.jsonl`. */
  async appendHistory(line: HistoryLine): Promise<void> {
    const path = join(this.partial, "history.jsonl");
    await onDisk(path, () => Deno.writeTextFile(path, `${JSON.stringify(line)}\n`, { append: true }));
  }

  /** The lines of `history.jsonl` so far. */
  async history(): Promise<HistoryLine[]> {
    return await readHistory(this.partial);
  }

  /** Keeps a checkpoint; a run that is killed while it writes one keeps the one before. */
  async keepCheckpoint(checkpoint: Checkpoint): Promise<void> {
    await this.writeBytes("checkpoint.safetensors", await encodeCheckpoint(checkpoint));
    this.kept = true;
  }

  /** Writes `metrics.json` and moves the results to their place, replacing earlier ones; variants within the folder stay. */
  async complete(metrics: MetricsFile): Promise<void> {
    await this.writeJson("metrics.json", metrics);
    await onDisk(this.path, () => moveIntoPlace(this.path));
  }

  /** Records the end of an incomplete run in the partial folder's `metrics.json`. */
  async fail(status: Exclude<RunStatus, "complete">, error: string): Promise<void> {
    await this.writeJson("metrics.json", { status, error });
  }

  private async cutHistory(step: number): Promise<void> {
    await this.writeJsonLines("history.jsonl", (await this.history()).filter((line) => line.step <= step));
  }
}

/** The number of lines per write. */
const LINES = 1024;

/** A line of JSON for each item, many at a time. */
function* linePieces(items: readonly unknown[]): Generator<string> {
  for (let from = 0; from < items.length; from += LINES) {
    yield items.slice(from, from + LINES).map((item) => `${JSON.stringify(item)}\n`).join("");
  }
}

/** The folder of a run's files until it is complete. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}

function oldPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.old`);
}

/** Puts a complete partial folder in its place. */
async function moveIntoPlace(path: string): Promise<void> {
  const partial = partialPath(path);
  const old = oldPath(path);
  const names = ["checkpoint.safetensors", "content_hash"];
  for (const name of names.flatMap((name) => [name, `${name}.new`])) {
    await Deno.remove(join(partial, name)).catch(ignoreMissing);
  }
  await Deno.rename(path, old).catch(ignoreMissing);
  await Deno.rename(partial, path);
  await mergeOld(old, path);
}

/** Moves variants, which are folders within a run's, from its old folder to the new one, and removes the old. */
async function mergeOld(old: string, path: string): Promise<void> {
  for (const { name, isDirectory } of await entries(old)) {
    const isVariant = isDirectory && !await isThere(join(path, name));
    if (isVariant) await Deno.rename(join(old, name), join(path, name));
  }
  await removeFolder(old);
}

/** The checkpoint of a run that was interrupted, with a history that ends at it; or which of the two is damaged. */
async function readInterrupted(
  partial: string,
): Promise<{ checkpoint: Checkpoint | undefined; damage: string | undefined }> {
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

async function readHistory(partial: string): Promise<HistoryLine[]> {
  const text = await Deno.readTextFile(join(partial, "history.jsonl")).catch(() => "");
  // A killed process may have left an incomplete last line.
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "")
    .map((line) => TRAINING_FILES.read("history_line", JSON.parse(line), (fault) => new RangeError(fault)));
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => (ignoreMissing(error), false));
}

async function removeFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
