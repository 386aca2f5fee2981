import { parseJson } from "../base/json_text.ts";
import { createHash, type Hash } from "node:crypto";
import { join } from "@std/path";
import { DiskError } from "../disk/on_disk.ts";
import { checkSize, LINES_LIMIT } from "../disk/read_limited.ts";
import { checkRegular } from "../disk/regular_file.ts";
import { ignoreMissing, removeAll, syncFile } from "../disk/write_whole.ts";
import type { HistoryMark } from "../training/checkpoint.ts";
import { TRAINING_FILES } from "../training/file_schemas.ts";
import type { HistoryLine } from "../training/training_files.ts";

/** A run's `history.jsonl`, to which lines are added. The file has only lines of this run, which is checked. */
export class HistoryFile {
  /** Of what this run has written. */
  private bytes = 0;
  private hash: Hash = createHash("sha256");

  constructor(readonly path: string) {}

  /** Adds a line. @throws {DiskError} where another process has written to the file */
  async append(line: HistoryLine): Promise<void> {
    const written = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    const size = await Deno.stat(this.path).then(({ size }) => size, (error) => (ignoreMissing(error), 0));
    if (size !== this.bytes) throw this.foreign();
    await Deno.writeFile(this.path, written, { append: true });
    this.bytes += written.length;
    this.hash.update(written);
  }

  /** The history so far, which is then on the disk. */
  async mark(): Promise<HistoryMark> {
    if (this.bytes > 0) await syncFile(this.path);
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  /** All lines so far. @throws {DiskError} where another process has written to the file */
  async lines(): Promise<HistoryLine[]> {
    const content = await read(this.path);
    if (sha256Of(content) !== this.hash.copy().digest("hex")) throw this.foreign();
    return linesOf(content);
  }

  /** @throws {RangeError | InputError} where the file does not begin with a checkpoint's history, or is a link or no file */
  async check({ bytes, sha256 }: HistoryMark): Promise<void> {
    const content = await read(this.path);
    if (content.length < bytes) {
      throw new RangeError(`it has ${content.length} bytes, and the checkpoint was written after ${bytes}`);
    }
    if (sha256Of(content.subarray(0, bytes)) !== sha256) {
      throw new RangeError("its lines have changed since the checkpoint was written");
    }
  }

  /** Removes what was written after a checkpoint, or all. */
  async truncate(bytes: number): Promise<void> {
    const content = bytes === 0 ? new Uint8Array() : (await read(this.path)).subarray(0, bytes);
    if (bytes === 0) await removeAll(this.path);
    else await Deno.truncate(this.path, bytes);
    this.bytes = bytes;
    this.hash = createHash("sha256").update(content);
  }

  private foreign(): DiskError {
    return new DiskError(
      `${this.path} has lines that this run did not write: another process, perhaps on another machine, works on the same run; let one of them end it, then run the same command again`,
    );
  }
}

/** The lines of the `history.jsonl` in a run's folder; none where there is no such file. */
export async function readHistory(folder: string): Promise<HistoryLine[]> {
  return linesOf(await read(join(folder, "history.jsonl")));
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const info = await Deno.lstat(path);
    checkRegular(path, info);
    checkSize(path, info.size, LINES_LIMIT);
    return await Deno.readFile(path);
  } catch (error) {
    ignoreMissing(error);
    return new Uint8Array();
  }
}

function linesOf(content: Uint8Array): HistoryLine[] {
  return new TextDecoder().decode(content).split("\n").filter((line) => line !== "")
    .map((line) => TRAINING_FILES.read("history_line", parseJson(line), (fault) => new RangeError(fault)));
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
