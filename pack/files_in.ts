import { join } from "@std/path";

/** The paths of all files in a folder, from the folder on, with slashes. */
export async function filesIn(folder: string, from = ""): Promise<string[]> {
  const paths: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(join(folder, from)));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = from === "" ? name : `${from}/${name}`;
    if (isDirectory) paths.push(...await filesIn(folder, path));
    else paths.push(path);
  }
  return paths;
}
