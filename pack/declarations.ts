import { dirname, join } from "@std/path";
import { isolatedDeclarationSync } from "oxc-transform";

/** A package whose types no caller names or looks into: declarations have an object in place of each. */
const OPAQUE = "onnx-buf";

/** What a declaration imports of it. */
const OPAQUE_IMPORT = new RegExp(`^import (?:type )?\\{([^}]*)\\} from "${OPAQUE}";?$`, "gm");

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
    const own = isolatedDeclarationSync(path, await Deno.readTextFile(join(root, "src", path)));
    const { errors } = own;
    if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join("; ")}`);
    const code = own.code.replaceAll(OPAQUE_IMPORT, opaque);
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

/** Types of names that are imported. */
function opaque(_: string, names: string): string {
  return names.split(",").map((name) => `type ${name.replace(/^\s*type\b/, "").trim()} = object;`).join("\n");
}
