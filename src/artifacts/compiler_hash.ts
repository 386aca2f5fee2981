import { fromFileUrl, join } from "@std/path";
import { memoize } from "../base/memoize.ts";
import { sha256 } from "../base/sha256.ts";

const hashes = new Map<string, Promise<string>>();

/**
 * Identifies the version of the compiler: its sources' hash, or the address that names its version. Sources are read once for a process,
 * which goes on with those that it began with.
 */
export async function compilerHash(): Promise<string> {
  const root = new URL("../compiler/", import.meta.url);
  if (root.protocol !== "file:") return root.href;
  return await memoize(hashes, root.href, () => hashOf(root));
}

async function hashOf(root: URL): Promise<string> {
  const texts = await sourcesIn(fromFileUrl(root));
  return await sha256(new TextEncoder().encode(texts.join("\0")));
}

async function sourcesIn(folder: string): Promise<string[]> {
  const texts: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(folder));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, name);
    if (isDirectory) texts.push(...await sourcesIn(path));
    else if (name.endsWith(".ts")) texts.push(await Deno.readTextFile(path));
  }
  return texts;
}
