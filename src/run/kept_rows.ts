import { createHash } from "node:crypto";
import { statfsSync } from "node:fs";
import process from "node:process";
import { join } from "@std/path";
import { counted } from "../base/counted.ts";
import { thrownMessage } from "../base/errors.ts";
import { sizeText } from "../base/size_text.ts";
import type { PrefixValues } from "../device/prefix_values.ts";
import { ScratchFile } from "../disk/scratch_file.ts";
import type { Duration, TunedBy } from "../experiment/types.ts";
import type { Encoded } from "../prompt/encoding.ts";
import { totalSteps, validationInterval } from "../training/trainer.ts";
import type { RunContext } from "./context.ts";
import type { Notice } from "./progress.ts";

/** The share of the free memory that keys and values of the rows before prompts may take. */
const MEMORY_SHARE = 1 / 4;

/** The share of the free space of a disk that they may take beyond that. */
const DISK_SHARE = 1 / 4;

/** The type that Linux gives file systems whose files are in memory (TMPFS_MAGIC of `statfs`). */
const IN_MEMORY = 0x01021994;

/** The bytes that there is room for in a file; or the reason why there is none. */
export type FileRoom = { readonly bytes: number } | { readonly without: string };

/** What is kept of the rows before prompts. */
export interface KeptRows {
  /** The number of examples that are trained on. */
  readonly examples: number;
  /** The numbers of rows before their prompts, of each different text there once. */
  readonly rows: readonly number[];
  /** The bytes of one row. */
  readonly bytesPerRow: number;
  /** The bytes that are kept in memory at most. */
  readonly memory: number;
  readonly file: FileRoom;
}

/** Texts with a prompt each. */
type Prompted = readonly Pick<Encoded, "ids" | "positions" | "promptRows">[];

/**
 * The bytes that may be kept in memory of the rows before prompts, from now on. A container's limit counts, where there is one.
 *
 * @param workers those that share the memory: each has an equal part
 */
export function memoryForRows(workers = 1): number {
  const left = (process.constrainedMemory() || Infinity) - Deno.memoryUsage().rss;
  return MEMORY_SHARE / workers * Math.max(0, Math.min(Deno.systemMemoryInfo().available, left));
}

/**
 * The bytes that may be kept in a file of the rows before prompts. As the share is one of the space that is free now, many processes on many
 * machines, each with a file on the same disk, do not fill it.
 *
 * @param folder where the file will be
 * @param workers those of this process that share the disk: each has an equal part
 * @param bytes those that the file has already
 */
export function diskForRows(folder: string, workers = 1, bytes = 0): FileRoom {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "statfs" });
  if (state !== "granted") {
    return { without: "Deno was not allowed to see how full the disk is (--allow-sys=statfs)" };
  }
  try {
    const { type, bavail, bsize } = statfsSync(folder);
    const isInMemory = Deno.build.os === "linux" && type === IN_MEMORY;
    if (isInMemory) return { without: `files in ${folder} are in memory, too` };
    return { bytes: DISK_SHARE / workers * (bavail * bsize + bytes) };
  } catch (error) {
    return { without: `it cannot be seen how full the disk is: ${thrownMessage(error)}` };
  }
}

/**
 * Keeps in a file what memory has no room for, where texts are read more than once, and says what is kept where.
 *
 * @param kept takes the file
 * @param memory the bytes that are kept in memory at most
 * @param encoded the examples that are trained on, and those of the validation set
 */
export function keepRows(
  kept: PrefixValues,
  memory: number,
  { train, validation }: { readonly train: Prompted; readonly validation: readonly unknown[] },
  spec: Pick<TunedBy, "batchSize" | "validateEvery"> & Duration,
  { title, progress, policy, resources, stopAfter }: RunContext,
): void {
  const folder: string = join(policy.results, ".cache");
  const rows = rowsBefore(train);
  const steps = Math.min(totalSteps(spec, train.length), stopAfter ?? Infinity);
  const isEachReadOnce = rows.length === train.length && steps <= Math.ceil(train.length / spec.batchSize) &&
    (validation.length === 0 || steps <= validationInterval(spec, train.length));
  const roomOnDisk = (bytes: number) => diskForRows(folder, resources.workers, bytes);
  const file: FileRoom = isEachReadOnce ? { without: "each is read once" } : roomOnDisk(0);
  if ("bytes" in file) {
    const most = (bytes: number) => {
      const room = roomOnDisk(bytes);
      return "bytes" in room ? room.bytes : 0;
    };
    const log = (line: string) =>
      progress.log(`${title}: keys and values of the rows before the prompt: ${line}`);
    kept.useFile(new ScratchFile(folder, most), log);
  }
  const { bytesPerRow } = kept;
  progress.note(keptRowsNotice(title, { examples: train.length, rows, bytesPerRow, memory, file }));
}

/** The numbers of rows before the prompt, of each text there once: equal ones are kept once. */
export function rowsBefore(examples: Prompted): number[] {
  const rowsOf = new Map<string, number>();
  for (const { ids, positions, promptRows } of examples) {
    const rows = Math.min(...promptRows);
    const start = Int32Array.from([...ids.slice(0, rows), ...positions.slice(0, rows)]);
    // Hashes take less memory than the texts of all examples.
    rowsOf.set(createHash("sha256").update(start).digest("base64"), rows);
  }
  return [...rowsOf.values()];
}

/**
 * The notice that the rows before a prompt are left out of its steps.
 *
 * @param title the run's
 */
export function keptRowsNotice(
  title: string,
  { examples, rows, bytesPerRow, memory, file }: KeptRows,
): Notice {
  const texts = rows.length;
  const bytes = rows.reduce((sum, one) => sum + one, 0) * bytesPerRow;
  const [each, among] = texts < examples
    ? ["a text", ` with ${many(texts, "different text")} before the prompt`]
    : ["an example", ""];
  return {
    about: "rows before the prompt",
    line:
      `${title}: steps begin at the prompt, as the texts before it do not depend on it: their keys and values take ${
        sizeText(bytes / texts)
      } ${each}, ${sizeText(bytes)} for ${many(examples, "example")}${among}${placesOf(bytes, memory, file)}`,
  };
}

/** A number of things in words: `1 example`, `2,000 examples`. */
function many(count: number, thing: string): string {
  return counted(count, thing).replace(/^\d+/, () => count.toLocaleString("en"));
}

/** Where some bytes are kept. */
function placesOf(bytes: number, memory: number, file: FileRoom): string {
  if (bytes <= memory) return ", kept in memory for all epochs";
  const inMemory = `; there is room for ${sizeText(memory)} in memory`;
  if ("without" in file) return `${inMemory}, and the others are computed in each step, as ${file.without}`;
  const rest = bytes - memory;
  return rest <= file.bytes
    ? `${inMemory}, and the others are kept in a file`
    : `${inMemory} and for ${sizeText(file.bytes)} in a file, and the others are computed in each step`;
}
