import { relative, resolve, SEPARATOR } from "@std/path";
import { ROOT } from "./shared.ts";

/** Whether a file has tests, by its name: as Deno recognizes it. */
export function isTestFile(path: string): boolean {
  return /(^|[._/])test\.[cm]?[jt]sx?$/.test(path);
}

/**
 * Finds all files in folders.
 *
 * @param paths files and folders, from the project's folder
 * @param ignored files and folders that are left out
 * @returns paths from the project's folder, each once
 * @throws Deno.errors.NotFound where there is no such path
 */
export async function findFiles(
  paths: readonly string[],
  ignored: readonly string[] = [],
): Promise<readonly string[]> {
  const out = new Set(ignored.map(fromRoot));
  const found = new Set<string>();
  const visit = async (path: string) => {
    if (out.has(path)) return;
    const full = resolve(ROOT, path);
    if ((await Deno.stat(full)).isFile) found.add(path);
    else for await (const { name } of Deno.readDir(full)) await visit(`${path}/${name}`);
  };
  for (const path of paths) await visit(fromRoot(path));
  return [...found];
}

/** A path from the project's folder, with slashes between its parts and none at its end. */
function fromRoot(path: string): string {
  return relative(ROOT, resolve(ROOT, path)).replaceAll(SEPARATOR, "/");
}
