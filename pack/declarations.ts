import { dirname, join } from "@std/path";
import { isolatedDeclarationSync } from "oxc-transform";

/** What a declaration imports from another module of the project. */
const IMPORT = /(from |import\()"(\.[^"]+)\.ts"/g;

/**
 * Writes the types of modules, and of all modules that these types are from.
 *
 * @param root the project's folder
 * @param modules their paths in `src`
 * @param to the folder that takes them, laid out like `src`
 * @throws {Error} where a module's types are not written out, or are of a package that is not there for those who use them
 */
export async function writeDeclarations(root: string, modules: readonly string[], to: string): Promise<void> {
  const written = new Set<string>();
  const left = [...modules];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (written.has(path)) continue;
    written.add(path);
    const { code, errors } = isolatedDeclarationSync(path, await Deno.readTextFile(join(root, "src", path)));
    if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join("; ")}`);
    const [, foreign] = /^(?:import|export)\b.* from "([^."][^"]*)";?$/m.exec(code) ?? [];
    if (foreign !== undefined) {
      throw new Error(`${path} has types of ${foreign}, which the package does not bring`);
    }
    for (const [, , name] of code.matchAll(IMPORT)) left.push(join(dirname(path), `${name}.ts`));
    const target = join(to, path.replace(/\.ts$/, ".d.ts"));
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeTextFile(target, code.replaceAll(IMPORT, '$1"$2.js"'));
  }
}
