import { join, resolve } from "@std/path";
import { ROOT } from "../shared.ts";

/** The files of a folder, of the project unless its path is absolute, whose names match, by their names in alphabetical order. */
export async function readFiles(
  folder: string,
  names: RegExp,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const path = resolve(ROOT, folder);
  const found = [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) => names.test(name)).sort();
  const files = found.map(async (name) => [name, await Deno.readFile(join(path, name))] as const);
  return new Map(await Promise.all(files));
}
