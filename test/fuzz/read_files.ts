import { join } from "@std/path";
import { ROOT } from "../shared.ts";

/** The files of a folder of the project whose names end so, by their names in alphabetical order. */
export async function readFiles(folder: string, end: string): Promise<Map<string, Uint8Array>> {
  const names = [...Deno.readDirSync(join(ROOT, folder))].map(({ name }) => name)
    .filter((name) => name.endsWith(end)).sort();
  const files = names.map(async (name) => [name, await Deno.readFile(join(ROOT, folder, name))] as const);
  return new Map(await Promise.all(files));
}
