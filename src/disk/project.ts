import { dirname, join, relative, resolve, SEPARATOR } from "@std/path";
import { homedir } from "node:os";
import { readTextLimited, SHORT_LIMIT } from "./read_limited.ts";

/** What a project's own folder contains: the first of these that a folder above has decides. */
const MARKS = [".git", "deno.json", "package.json"];

/**
 * The project that a file belongs to: the nearest folder above it with `.git`, else the nearest with `deno.json`, else with
 * `package.json`, else its own folder. The home folder and those above it hold many things and are no project.
 *
 * @returns `undefined` where there is none
 */
export async function projectOf(file: string): Promise<string | undefined> {
  const folders = foldersAbove(dirname(resolve(file))).filter((folder) => !isAboveHome(folder));
  for (const mark of MARKS) {
    for (const folder of folders) {
      if (await Deno.lstat(join(folder, mark)).then(() => true, () => false)) return folder;
    }
  }
  return folders[0];
}

/**
 * The folder of the repository that a project is a worktree of, from which the commit of a file is read; `undefined` where it has its
 * own.
 */
export async function sharedRepository(project: string): Promise<string | undefined> {
  const text = await readTextLimited(join(project, ".git"), SHORT_LIMIT).catch(() => "");
  const [, named = ""] = /^gitdir: (.+)$/m.exec(text) ?? [];
  const [, repository] = /^(.*[\\/]\.git)[\\/](?:worktrees|modules)[\\/]/.exec(resolve(project, named)) ?? [];
  return repository;
}

/** A folder and all above it, the nearest first. */
export function foldersAbove(folder: string): string[] {
  const parent: string = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}

/** Whether a folder is the home folder, or above it. */
export function isAboveHome(folder: string): boolean {
  return isWithin(homedir(), folder);
}

/** Whether a path is a folder's, or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || way !== ".." && !way.startsWith(`..${SEPARATOR}`) && resolve(way) !== way;
}

/** Where a path leads after all symbolic links; of what does not exist, where the folder leads that it would be in. */
export async function realPlace(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch {
    const parent: string = dirname(path);
    return parent === path ? path : join(await realPlace(parent), relative(parent, path));
  }
}
