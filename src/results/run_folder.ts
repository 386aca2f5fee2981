import { basename, dirname, join } from "@std/path";
import { stringify } from "yaml";
import type { Experiment } from "../experiment/types.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../training/checkpoint.ts";
import type { MetricsFile } from "./metrics_file.ts";
import type { HistoryLine } from "../training/trainer.ts";

/** How a run ended. */
export type RunStatus = "complete" | "failed" | "interrupted";

/** What a complete run's folder says of itself. */
export interface FinishedRun {
  readonly contentHash: string | undefined;
  readonly metrics: MetricsFile;
}

/**
 * The only writer of results. A run writes into `<folder>.partial`, beside its place, and is moved there when it is
 * complete; until then the partial folder holds a checkpoint to go on from.
 */
export class RunFolder {
  private kept: boolean;

  private constructor(
    /** Where the results are in the end. */
    readonly path: string,
    private readonly partial: string,
    /** Where an earlier try of the same run was interrupted. */
    readonly checkpoint: Checkpoint | undefined,
  ) {
    this.kept = checkpoint !== undefined;
  }

  /** What a folder holds of a complete run; `undefined` where there is none. */
  static async finished(path: string): Promise<FinishedRun | undefined> {
    try {
      const metrics = JSON.parse(await Deno.readTextFile(join(path, "metrics.json")));
      const environment = JSON.parse(await Deno.readTextFile(join(path, "environment.json")));
      return metrics.status === "complete" ? { contentHash: environment.content_hash, metrics } : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /**
   * Begins a run, or goes on with one of the same content that was interrupted.
   *
   * @param contentHash tells runs of different content apart
   * @param restart throws an interrupted run away
   */
  static async begin(
    path: string,
    contentHash: string,
    experiment: Experiment,
    restart: boolean,
  ): Promise<RunFolder> {
    const partial = `${path}.partial`;
    const before = restart
      ? undefined
      : await Deno.readTextFile(join(partial, "content_hash")).catch(() => undefined);
    const checkpoint = before === contentHash
      ? await readCheckpoint(join(partial, "checkpoint.safetensors"))
      : undefined;
    if (checkpoint === undefined) await removeFolder(partial);
    await Deno.mkdir(partial, { recursive: true });
    const folder = new RunFolder(path, partial, checkpoint);
    await folder.writeText("content_hash", contentHash);
    await folder.writeText("experiment.yaml", stringify(experiment));
    if (checkpoint !== undefined) await folder.cutHistory(checkpoint.step);
    return folder;
  }

  /** Where the files are until the run is complete. */
  get partialPath(): string {
    return this.partial;
  }

  /** Whether there is a checkpoint to go on from. */
  get hasCheckpoint(): boolean {
    return this.kept;
  }

  async writeText(name: string, content: string): Promise<void> {
    await Deno.writeTextFile(join(this.partial, name), content);
  }

  async writeJson(name: string, content: unknown): Promise<void> {
    await this.writeText(name, `${JSON.stringify(content, null, 2)}\n`);
  }

  async writeJsonLines(name: string, lines: readonly unknown[]): Promise<void> {
    await this.writeText(name, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  async writeBytes(name: string, bytes: Uint8Array): Promise<void> {
    await Deno.writeFile(join(this.partial, name), bytes);
  }

  /** Adds a line to `history.jsonl`. */
  async appendHistory(line: HistoryLine): Promise<void> {
    await Deno.writeTextFile(join(this.partial, "history.jsonl"), `${JSON.stringify(line)}\n`, {
      append: true,
    });
  }

  /** The lines of `history.jsonl` so far. */
  async history(): Promise<HistoryLine[]> {
    const text = await Deno.readTextFile(join(this.partial, "history.jsonl")).catch(() => "");
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /** Keeps a checkpoint; a run that is killed while it writes one keeps the one before. */
  async keepCheckpoint(checkpoint: Checkpoint): Promise<void> {
    const path: string = join(this.partial, "checkpoint.safetensors");
    await Deno.writeFile(`${path}.new`, encodeCheckpoint(checkpoint));
    await Deno.rename(`${path}.new`, path);
    this.kept = true;
  }

  /** The text files written so far, by name. */
  async contents(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const { name } of Deno.readDir(this.partial)) {
      if (/\.(json|jsonl|md|yaml)$/.test(name)) {
        found.set(name, await Deno.readTextFile(join(this.partial, name)));
      }
    }
    return found;
  }

  /** Moves the results to their place, instead of the files there; variants, which are folders within it, stay. */
  async complete(): Promise<void> {
    for (const name of ["checkpoint.safetensors", "content_hash"]) {
      await Deno.remove(join(this.partial, name)).catch(() => {});
    }
    const old: string = join(dirname(this.path), `.${basename(this.path)}.old`);
    await removeFolder(old);
    await Deno.rename(this.path, old).catch(ignoreMissing);
    await Deno.rename(this.partial, this.path);
    for (const { name, isDirectory } of await entries(old)) {
      if (isDirectory) await Deno.rename(join(old, name), join(this.path, name));
    }
    await removeFolder(old);
  }

  /** Says in the partial folder's `metrics.json` how a run ended that is not complete. */
  async fail(status: Exclude<RunStatus, "complete">, error: string): Promise<void> {
    await this.writeJson("metrics.json", { status, error });
  }

  private async cutHistory(step: number): Promise<void> {
    await this.writeJsonLines("history.jsonl", (await this.history()).filter((line) => line.step <= step));
  }
}

async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  try {
    return decodeCheckpoint(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof RangeError) return undefined;
    throw error;
  }
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}

async function removeFolder(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
