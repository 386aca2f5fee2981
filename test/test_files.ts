import { join, relative, resolve, SEPARATOR } from "@std/path";
import { ROOT } from "./shared.ts";

/** How Deno recognizes a file with tests in a folder. */
const TEST_FILE = /(^|[._])test\.[cm]?[jt]sx?$/;

/**
 * Finds the files with tests that `deno test` would.
 *
 * @param paths files and folders, from the project's folder; a file is taken whatever its name is
 * @param ignored files and folders that are left out
 * @returns paths from the project's folder, each once
 * @throws Deno.errors.NotFound where there is no such path
 */
export async function findTests(
  paths: readonly string[],
  ignored: readonly string[] = [],
): Promise<readonly string[]> {
  const out = new Set(ignored.map(fromRoot));
  const found = new Set<string>();
  const visit = async (path: string, isGiven: boolean) => {
    if (out.has(path)) return;
    const { isDirectory } = await Deno.stat(join(ROOT, path));
    if (isDirectory) {
      for await (const { name } of Deno.readDir(join(ROOT, path))) await visit(`${path}/${name}`, false);
    } else if (isGiven || TEST_FILE.test(path)) found.add(path);
  };
  for (const path of paths) await visit(fromRoot(path), true);
  return [...found];
}

/** A path from the project's folder, with slashes between its parts and none at its end. */
function fromRoot(path: string): string {
  return relative(ROOT, resolve(ROOT, path)).replaceAll(SEPARATOR, "/");
}
