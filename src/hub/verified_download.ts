import { createHash } from "node:crypto";
import { HubError } from "./hub_error.ts";
import { thrownMessage } from "../base/errors.ts";

/** A file as a repository lists it. */
export interface ListedFile {
  readonly path: string;
  readonly size: number;
  /** The content's SHA-256 for files in large-file storage, else git's own hash: SHA-1 over `blob <size>\0` and the content. */
  readonly hash: string;
}

/** Reads a file's bytes from an offset on. */
export type ReadFrom = (offset: number) => Promise<ReadableStream<Uint8Array>>;

/** The progress of a download, in bytes. */
export type Progress = (received: number, total: number) => void;

/** The number of consecutive connections without a single byte after which a download is given up. */
const FRUITLESS = 3;

/**
 * Downloads a file to a path, resuming an earlier attempt and broken connections. The content must have
 * the listed size and hash, else nothing is left at the path.
 *
 * @param path of the partial file
 * @throws {HubError} where the connection keeps breaking, or the content differs from the listed one
 */
export async function downloadVerified(
  file: ListedFile,
  path: string,
  readFrom: ReadFrom,
  progress: Progress,
): Promise<void> {
  const pieced = await downloadRest(file, path, readFrom, progress);
  if (await hashOf(path, file) === file.hash) return;
  await Deno.remove(path);
  if (pieced) {
    // The partial file of an earlier attempt may be of other content, or the server ignored the range.
    await downloadRest(file, path, readFrom, progress);
    if (await hashOf(path, file) === file.hash) return;
    await Deno.remove(path);
  }
  throw new HubError(
    `${file.path} did not arrive as the hub lists it (its hash is not ${file.hash}): try again, or check the proxy or mirror in between`,
  );
}

/** @returns whether the file came in more than one piece */
async function downloadRest(
  { path: name, size }: ListedFile,
  path: string,
  readFrom: ReadFrom,
  progress: Progress,
): Promise<boolean> {
  if (await sizeOf(path) > size) await Deno.remove(path);
  await Deno.writeFile(path, new Uint8Array(), { append: true });
  let have = await sizeOf(path);
  let pieced = false;
  for (let fruitless = 0; have < size;) {
    pieced ||= have > 0;
    let reason = "the server ended it";
    try {
      await append(await readFrom(have), path, size, (received) => progress(received, size));
    } catch (error) {
      reason = thrownMessage(error);
    }
    const now = await sizeOf(path);
    fruitless = now > have ? 0 : fruitless + 1;
    if (fruitless === FRUITLESS) {
      throw new HubError(
        `the download of ${name} stopped at ${now} of ${size} bytes (${reason}): run the command again to resume`,
      );
    }
    have = now;
  }
  return pieced;
}

/** Appends a stream, but no more than the file's size. */
async function append(
  stream: ReadableStream<Uint8Array>,
  path: string,
  size: number,
  progress: (received: number) => void,
): Promise<void> {
  using file = await Deno.open(path, { create: true, write: true, append: true });
  let have = (await file.stat()).size;
  for await (const chunk of stream) {
    const fitting = chunk.subarray(0, size - have);
    for (let at = 0; at < fitting.length;) at += await file.write(fitting.subarray(at));
    progress(have += fitting.length);
    if (have === size) break;
  }
}

async function hashOf(path: string, { size, hash }: ListedFile): Promise<string> {
  const isGit = hash.length === 40;
  const made = createHash(isGit ? "sha1" : "sha256");
  if (isGit) made.update(`blob ${size}\0`);
  using file = await Deno.open(path);
  for await (const chunk of file.readable) made.update(chunk);
  return made.digest("hex");
}

async function sizeOf(path: string): Promise<number> {
  return await Deno.stat(path).then(({ size }) => size, () => 0);
}
