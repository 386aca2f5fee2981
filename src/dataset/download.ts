import { join } from "@std/path";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { JSON_LIMIT, readLimited } from "../disk/read_limited.ts";
import { recoverFolder, writeFolder } from "../disk/replace_folder.ts";
import { InputError } from "../base/errors.ts";
import { fetchUnstalled } from "../base/unstalled.ts";
import { filesInArchive, MOST_PACKED } from "./archive.ts";
import { checkRtPolarity, RT_POLARITY } from "./rt_polarity.ts";

/** The progress of a download: bytes so far, and the total if the server reports it. */
export type Progress = (received: number, total: number | undefined) => void;

/**
 * Puts rt-polarity's two files into a folder, from their public source or from a folder that has them; correct files
 * that exist already are kept.
 *
 * @param from a folder to copy them from instead of downloading
 * @returns whether anything was written
 * @throws {InputError} where a file's SHA-256 differs from the published one, or the server cannot be reached
 * @throws {DiskError} where the folder cannot be written
 */
export async function provideRtPolarity(
  folder: string,
  { from, url = RT_POLARITY.url, progress = () => {} }: { from?: string; url?: string; progress?: Progress },
): Promise<boolean> {
  await onDisk(folder, () => recoverFolder(folder, () => true), "--to");
  if (await isComplete(folder)) return false;
  const read = from === undefined
    ? await downloaded(url, folder, progress)
    : (name: string) => readLimited(join(from, name), JSON_LIMIT);
  const files: Record<string, Uint8Array> = {};
  for (const file of RT_POLARITY.files) {
    const bytes = await read(file.name).catch((error) => {
      if (!isAbsent(error)) throw error;
      throw new InputError(
        `there is no ${join(from ?? url, file.name)}: pass a folder that holds ${
          RT_POLARITY.files.map(({ name }) => name).join(" and ")
        } with --from`,
      );
    });
    await checkRtPolarity(bytes, file, join(from ?? url, file.name));
    files[file.name] = bytes;
  }
  await onDisk(folder, () => writeFolder(folder, files), "--to");
  return true;
}

async function isComplete(folder: string): Promise<boolean> {
  for (const file of RT_POLARITY.files) {
    const path: string = join(folder, file.name);
    const bytes = await readLimited(path, JSON_LIMIT).catch(() => undefined);
    if (bytes === undefined || await checkRtPolarity(bytes, file, path).then(() => false, () => true)) {
      return false;
    }
  }
  return true;
}

/** Fetches the archive and unpacks it in memory. */
async function downloaded(
  url: string,
  folder: string,
  progress: Progress,
): Promise<(name: string) => Promise<Uint8Array<ArrayBuffer>>> {
  await onDisk(folder, () => Deno.mkdir(folder, { recursive: true }), "--to");
  const archive = join(folder, "rt-polaritydata.tar.gz.partial");
  await fetchResumable(url, archive, progress);
  try {
    const packed = await Deno.readFile(archive);
    const files = await filesInArchive(packed, url, RT_POLARITY.files.map(({ name }) => name));
    return (name) => Promise.resolve(files.get(name)!);
  } finally {
    await Deno.remove(archive);
  }
}

/** Resumes a partial download with a range request; starts over where the server ignores the range. */
async function fetchResumable(url: string, path: string, progress: Progress): Promise<void> {
  const have = await Deno.stat(path).then(({ size }) => size, () => 0);
  const response = await fetchUnstalled(url, have > 0 ? { headers: { range: `bytes=${have}-` } } : {}).catch(
    (error) => {
      throw new InputError(
        `cannot reach ${url}: ${error.message}; pass a folder that has the files with --from DIR`,
        {
          cause: error,
        },
      );
    },
  );
  if (response.status === 416) return await response.body?.cancel();
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new InputError(
      `${url} answers ${response.status} ${response.statusText}; pass a folder that has the files with --from DIR`,
    );
  }
  const resumed = response.status === 206;
  const length = response.headers.get("content-length");
  let received = resumed ? have : 0;
  const total = length === null ? undefined : received + Number(length);
  if ((total ?? 0) > MOST_PACKED) {
    await response.body.cancel();
    throw tooLarge(url);
  }
  const how = { create: true, write: true, append: resumed, truncate: !resumed };
  using file = await onDisk(path, () => Deno.open(path, how), "--to");
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      progress(received += chunk.length, total);
      if (received > MOST_PACKED) throw tooLarge(url);
      controller.enqueue(chunk);
    },
  });
  await response.body.pipeThrough(counted).pipeTo(file.writable).catch(async (error) => {
    if (error instanceof InputError) {
      await Deno.remove(path);
      throw error;
    }
    throw new InputError(
      `${url} stopped at ${received} bytes (${error.message}); run the command again to resume`,
      {
        cause: error,
      },
    );
  });
  if (total !== undefined && received !== total) {
    throw new InputError(`${url} stopped at ${received} of ${total} bytes; run the command again to resume`);
  }
}

function tooLarge(url: string): InputError {
  return new InputError(
    `${url} has more than ${
      MOST_PACKED / 2 ** 20
    } MiB, and is not the archive of the dataset: pass a folder that has the files with --from DIR`,
  );
}
