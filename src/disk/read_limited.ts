import { InputError } from "../base/errors.ts";
import { checkRegular } from "./regular_file.ts";

/** The largest size of files that are read whole, or to their end. */
export interface SizeLimit {
  /** In bytes. */
  readonly most: number;
  /** The way out for a larger one, if the caller has none. */
  readonly wayOut?: string;
}

const PUT_RIGHT = "put the right file in its place";

/** JSON: the largest tokenizers have half of it; parsed, it takes some ten times as much memory. */
export const JSON_LIMIT: SizeLimit = { most: 2 ** 27, wayOut: PUT_RIGHT };

/** Weights and tables that are read into memory. */
export const MEMORY_LIMIT: SizeLimit = { most: 2 ** 32, wayOut: PUT_RIGHT };

/** Files that are read piece by piece. */
export const STREAM_LIMIT: SizeLimit = { most: 2 ** 35, wayOut: PUT_RIGHT };

/** Lines that a run writes, such as its predictions, which are read piece by piece and kept. */
export const LINES_LIMIT: SizeLimit = { most: 2 ** 31 };

/** Files of a few lines. */
export const SHORT_LIMIT: SizeLimit = { most: 2 ** 16 };

/**
 * Reads a file whole.
 *
 * @throws {InputError} before it is read, where it is too large, or no regular file
 */
export async function readLimited(path: string, limit: SizeLimit): Promise<Uint8Array<ArrayBuffer>> {
  await checkFile(path, limit);
  return await Deno.readFile(path);
}

/** Reads a file whole as UTF-8. @throws {InputError} as `readLimited` does */
export async function readTextLimited(path: string, limit: SizeLimit): Promise<string> {
  await checkFile(path, limit);
  return await Deno.readTextFile(path);
}

/** Checks that a path is that of a regular file that is not too large. @throws {InputError} where it is not */
export async function checkFile(path: string, limit: SizeLimit): Promise<void> {
  const info = await Deno.stat(path);
  checkRegular(path, info);
  checkSize(path, info.size, limit);
}

/** @throws {InputError} with its size and the limit, where a file is too large */
export function checkSize(path: string, size: number, { most, wayOut }: SizeLimit): void {
  if (size <= most) return;
  throw new InputError(
    `${path} is too large to be read (${inUnits(size)}, and at most ${inUnits(most)})${
      wayOut === undefined ? "" : `: ${wayOut}`
    }`,
  );
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** A size in its largest unit, rounded up: `40 GiB`. */
function inUnits(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  return `${Math.ceil(bytes / 2 ** (10 * power))} ${UNITS[power]}`;
}
