import { join, resolve, toFileUrl } from "@std/path";
import { exampleModule, examplesIn } from "./doc_examples.ts";
import { ROOT } from "./shared.ts";

/**
 * Writes a module for each group of files with tests, and one for all examples in comments. A module imports its files, so that their tests
 * keep their names and places.
 *
 * @param folder where they are written
 * @param groups files with tests, by their paths from the project's folder
 * @param sources files whose comments may have examples
 * @returns the modules' paths, in the order of the groups; the examples are the last
 */
export async function writeGroups(
  folder: string,
  groups: readonly (readonly string[])[],
  sources: readonly string[],
): Promise<readonly string[]> {
  const examples: string[] = [];
  for (const source of sources.filter((path) => /\.tsx?$/.test(path))) {
    for (const example of examplesIn(await Deno.readTextFile(join(ROOT, source)))) {
      const path = join(folder, `example-${examples.length + 1}.ts`);
      await Deno.writeTextFile(path, exampleModule(source, example));
      examples.push(path);
    }
  }
  const all = [...groups.map((files) => files.map((file) => resolve(ROOT, file))), examples];
  const modules: string[] = [];
  for (const [i, files] of all.filter(({ length }) => length > 0).entries()) {
    const path = join(folder, `${i + 1}.ts`);
    const imports = files.map((file) => `import ${JSON.stringify(toFileUrl(file))};\n`);
    await Deno.writeTextFile(path, imports.join(""));
    modules.push(path);
  }
  return modules;
}
