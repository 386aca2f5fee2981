import { dirname, join } from "@std/path";
import { ROOT } from "../shared.ts";

/** The modules that a source text imports, by its own specifiers: types, `export … from` and dynamic imports count. */
export function importsIn(source: string): string[] {
  const patterns = [
    /^\s*(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*"([^"]+)"/gm,
    /\bimport\(\s*"([^"]+)"/g,
    /\bnew URL\(\s*"(\.[^"]+\.ts)",\s*import\.meta\.url/g,
  ];
  return patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name]) => name!));
}

/** The files that a module of the project imports, by their paths from the project's folder. */
export function filesIn(path: string, source: string): string[] {
  return importsIn(source).filter((name) => name.startsWith(".")).map((name) => join(dirname(path), name));
}

/** Comments that document a declaration. Their examples use what the module itself does not. */
const DOCUMENTATION = /^[ \t]*\/\*\*.*?\*\//gms;

/** All TypeScript in a folder of the project without its documentation, by its path from the project's folder. */
export async function sourcesIn(folder: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) { for (const one of await sourcesIn(path)) sources.set(...one); }
    else if (name.endsWith(".ts")) {
      const source = await Deno.readTextFile(join(ROOT, path));
      sources.set(path, source.replaceAll(DOCUMENTATION, ""));
    }
  }
  return sources;
}
