import { allDone } from "../base/all_done.ts";
import { createHash } from "node:crypto";
import { join } from "@std/path";
import type { Experiment } from "../experiment/types.ts";
import type { Checkpoint } from "../training/checkpoint.ts";
import type { HistoryLine } from "../training/trainer.ts";
import { onDisk } from "../disk/on_disk.ts";
import { partialPath, recoverFolder, replaceFolder, type Retire } from "../disk/replace_folder.ts";
import { type FileContent, removeAll, writeWhole } from "../disk/write_whole.ts";
import { BEGUN_FILE, begunText, readBegun } from "./begun_run.ts";
import {
  CHECKPOINT_FILES,
  CheckpointFiles,
  type FoundCheckpoint,
  type FoundCheckpoints,
} from "./checkpoint_files.ts";
import { experimentYaml } from "./experiment_yaml.ts";
import { HistoryFile } from "./history_file.ts";
import { jsonText } from "./json_text.ts";
import type { CompleteMetrics } from "./metrics_file.ts";
import { isRunFile } from "./own_files.ts";
import { isSameContent, readMetrics, type RunContent } from "./read_run.ts";

/** How a run ended. */
export type RunStatus = "complete" | "failed" | "interrupted";

/**
 * The only writer of a run's results. A run writes into `<folder>.partial`, next to its final place, and is moved there when it is
 * complete; until then the partial folder has the last two checkpoints, to resume from. The writer holds the run's lock.
 *
 * The process may be killed between any two writes. Each file except the history is written atomically. `metrics.json` marks a run as
 * complete and is the last file written: a partial folder that has it only needs to be moved, which the next process does.
 */
export class RunFolder {
  /** The SHA-256 of the files that were written, by name. */
  private readonly written = new Map<string, string>();
  private readonly sizes = new Map<string, number>();
  private readonly historyFile: HistoryFile;
  private readonly checkpoints: CheckpointFiles;

  private constructor(
    /** The final folder of the results. */
    readonly path: string,
    private readonly partial: string,
    /** Whether the run was interrupted before, or another one that would have the same place. */
    readonly interrupted: "this" | "another" | undefined,
    private kept: boolean,
    private readonly checkLock: () => void,
    private readonly retire?: Retire,
  ) {
    this.historyFile = new HistoryFile(join(partial, "history.jsonl"));
    this.checkpoints = new CheckpointFiles(partial, this.historyFile);
  }

  /** Recovers from a killed process: completes an unfinished move into place. @param retire what becomes of a replaced run */
  static async recover(path: string, retire?: Retire): Promise<void> {
    await recoverFolder(path, staysInPlace, retire);
    const left = await readMetrics(partialPath(path)).catch(() => undefined);
    if (left?.status === "complete") await moveIntoPlace(path, retire);
  }

  /**
   * Starts a run, or resumes an interrupted one with the same content: see `goOnFrom`.
   *
   * @param content of the run
   * @param restart discards an interrupted run
   * @param retire what becomes of a complete run that this one replaces; by default it is removed
   * @param checkLock throws where the run is another process's meanwhile: called before each write
   */
  static async begin(
    path: string,
    content: RunContent,
    experiment: Experiment,
    restart: boolean,
    retire?: Retire,
    checkLock: () => void = isNobodyElses,
  ): Promise<RunFolder> {
    const partial = partialPath(path);
    const before = restart ? undefined : await readBegun(partial);
    const isSame = before !== undefined && isSameContent(before, content);
    const isThere = (name: string) => Deno.stat(join(partial, name)).then(() => true, () => false);
    const isKept = !restart && (await allDone(CHECKPOINT_FILES.map(isThere))).includes(true);
    await onDisk(partial, async () => {
      if (!isSame) await removeAll(partial);
      await Deno.mkdir(partial, { recursive: true });
      await removeAll(join(partial, "metrics.json"));
    });
    const interrupted = isSame ? "this" : isKept ? "another" : undefined;
    const folder = new RunFolder(path, partial, interrupted, isSame && isKept, checkLock, retire);
    await folder.writeText(BEGUN_FILE, begunText(content));
    await folder.writeText("experiment.yaml", experimentYaml(experiment));
    return folder;
  }

  /** Records why a run could not start. Its earlier results stay. */
  static async failedBefore(
    path: string,
    experiment: Experiment,
    error: string,
    checkLock: () => void = isNobodyElses,
  ): Promise<void> {
    const partial = partialPath(path);
    await onDisk(partial, () => Deno.mkdir(partial, { recursive: true }));
    const folder = new RunFolder(path, partial, undefined, false, checkLock);
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
    await this.write(name, bytes);
  }

  async writeText(name: string, content: string): Promise<void> {
    await this.writeBytes(name, new TextEncoder().encode(content));
  }

  async writeJson(name: string, content: unknown): Promise<void> {
    await this.writeText(name, jsonText(content));
  }

  async writeJsonLines(name: string, lines: readonly unknown[]): Promise<void> {
    await this.write(name, linePieces(lines));
  }

  private async write(name: string, content: FileContent): Promise<void> {
    this.checkLock();
    const path = join(this.partial, name);
    const hash = createHash("sha256");
    let bytes = 0;
    const onPiece = (piece: Uint8Array) => {
      hash.update(piece);
      bytes += piece.length;
    };
    await onDisk(path, () => writeWhole(path, watched(content, onPiece)));
    this.written.set(name, hash.digest("hex"));
    this.sizes.set(name, bytes);
  }

  /** The SHA-256 of the results so far, by the names of their files. */
  async hashes(): Promise<Record<string, string>> {
    const history = await this.historyFile.mark();
    const { content_hash: _, ...files } = Object.fromEntries(this.written);
    return { ...files, ...(history.bytes > 0 && { "history.jsonl": history.sha256 }) };
  }

  /** The size of the results so far, in bytes. */
  async size(): Promise<number> {
    const history = await this.historyFile.mark();
    const { [BEGUN_FILE]: _, ...files } = Object.fromEntries(this.sizes);
    return Object.values(files).reduce((sum, one) => sum + one, history.bytes);
  }

  /** The checkpoints of an interrupted attempt. @param all all sound ones, or only the newest of them */
  async readCheckpoints(all: boolean): Promise<FoundCheckpoints> {
    return await this.checkpoints.read(all);
  }

  /** Cuts the history to a checkpoint, from which the run goes on; without one it starts from the beginning. */
  async goOnFrom(found: FoundCheckpoint | undefined): Promise<void> {
    await onDisk(this.partial, async () => {
      await this.checkpoints.goOnFrom(found);
      await this.historyFile.truncate(found?.history.bytes ?? 0);
    });
    this.kept = found !== undefined;
  }

  /** Adds a line to `history.jsonl`. */
  async appendHistory(line: HistoryLine): Promise<void> {
    this.checkLock();
    await onDisk(this.historyFile.path, () => this.historyFile.append(line));
  }

  /** The lines of `history.jsonl` so far. */
  async history(): Promise<HistoryLine[]> {
    return await this.historyFile.lines();
  }

  /** Keeps a checkpoint beside the one before; a run that is killed while it writes one keeps that. */
  async keepCheckpoint(checkpoint: Checkpoint): Promise<void> {
    this.checkLock();
    await onDisk(this.partial, async () => {
      await this.checkpoints.keep({ checkpoint, history: await this.historyFile.mark() });
    });
    this.kept = true;
  }

  /** Writes `metrics.json` and moves the results to their place, replacing earlier ones; variants within the folder and files of others stay. */
  async complete(metrics: CompleteMetrics): Promise<void> {
    await this.writeJson("metrics.json", metrics);
    await onDisk(this.path, () => moveIntoPlace(this.path, this.retire));
  }

  /** Records the end of an incomplete run in the partial folder's `metrics.json`. */
  async fail(status: Exclude<RunStatus, "complete">, error: string): Promise<void> {
    await this.writeJson("metrics.json", { status, error });
  }
}

/** The check of a lock that no other machine can take over. */
function isNobodyElses(): void {}

/** Content whose pieces are looked at as they are taken. */
function* watched(content: FileContent, onPiece: (piece: Uint8Array) => void): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = typeof content === "string" || content instanceof Uint8Array ? [content] : content;
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    onPiece(bytes);
    yield bytes;
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

/** Puts a complete partial folder in its place. */
async function moveIntoPlace(path: string, retire?: Retire): Promise<void> {
  const partial = partialPath(path);
  for (const name of [...CHECKPOINT_FILES, BEGUN_FILE].flatMap((name) => [name, `${name}.new`])) {
    await removeAll(join(partial, name));
  }
  await replaceFolder(path, partial, staysInPlace, retire);
}

/** Whether an entry of a run's folder stays where the run is replaced: that of a variant, or a file that is not the run's. */
export function staysInPlace({ isDirectory, name }: Deno.DirEntry): boolean {
  return isDirectory || !isRunFile(name);
}
