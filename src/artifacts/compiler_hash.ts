import { fromFileUrl, join } from "@std/path";
import { sha256 } from "../base/sha256.ts";

let found: Promise<string> | undefined;

/** Identifies the version of the compiler: its sources' hash, or the address that names its version. It is found once for a process. */
export function compilerHash(): Promise<string> {
  return found ??= findHash();
}

async function findHash(): Promise<string> {
  const root = new URL("../compiler/", import.meta.url);
  if (root.protocol !== "file:") return root.href;
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
