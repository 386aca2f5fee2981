import { basename, dirname, join, relative, SEPARATOR } from "@std/path";
import { allDone } from "../base/all_done.ts";
import { InputError } from "../base/errors.ts";
import { innerPath } from "../base/inner_path.ts";
import { isAbsent } from "./is_absent.ts";
import { checkRegular } from "./regular_file.ts";

/**
 * Finds a file that somebody else's file names within a folder: a regular one whose real path, after all symbolic links, lies in the
 * folder's own. The files of a snapshot in the hub's cache (`snapshots/<commit>`) may be links into its `blobs`.
 *
 * @param path of the file, in the folder
 * @returns its size in bytes, and `undefined` where there is none
 * @throws {InputError} where it lies elsewhere, or is a folder, a device or a pipe
 */
export async function findInnerFile(folder: string, path: string): Promise<number | undefined> {
  const within = relative(folder, path).replaceAll("\\", "/");
  if (innerPath(within) === undefined) throw outside(path, folder);
  const info = await unlessMissing(path, () => Deno.stat(path));
  if (info === undefined) {
    if (await unlessMissing(path, () => Deno.lstat(path)) === undefined) return undefined;
    throw new InputError(
      `${path} is a symbolic link to a file that does not exist: put the file in its place`,
    );
  }
  checkRegular(path, info);
  const [real, root] = await allDone([Deno.realPath(path), Deno.realPath(folder)]);
  if (![root, ...blobsOf(root)].some((place) => real.startsWith(place + SEPARATOR))) {
    throw outside(path, folder, real);
  }
  return info.size;
}

/** The contents that the files of a snapshot link to: https://huggingface.co/docs/huggingface_hub/guides/manage-cache */
function blobsOf(snapshot: string): string[] {
  const snapshots = dirname(snapshot);
  return basename(snapshots) === "snapshots" ? [join(dirname(snapshots), "blobs")] : [];
}

async function unlessMissing<Found>(path: string, act: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Deno.errors.FilesystemLoop) {
      throw new InputError(`${path} is a symbolic link that leads to itself`, { cause: error });
    }
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function outside(path: string, folder: string, real?: string): InputError {
  return new InputError(
    `${path} ${
      real === undefined ? "does not lie" : `is a symbolic link to ${real}, which does not lie`
    } in ${folder}: only files within it are read; move the file there`,
  );
}
