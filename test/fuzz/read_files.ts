import { join } from "@std/path";
import { ROOT } from "../shared.ts";

/** The files of a folder of the project whose names match, by their names in alphabetical order. */
export async function readFiles(
  folder: string,
  names: RegExp,
): Promise<Map<string, Uint8Array>> {
  const found = [...Deno.readDirSync(join(ROOT, folder))].map(({ name }) => name).filter((name) =>
    names.test(name)
  ).sort();
  const files = found.map(async (name) => [name, await Deno.readFile(join(ROOT, folder, name))] as const);
  return new Map(await Promise.all(files));
}
