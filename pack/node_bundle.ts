import { join } from "@std/path";
import { type Metafile, transform } from "esbuild";
import { type Bundle, bundle } from "./bundle.ts";
import { filesIn } from "./files_in.ts";

/** What Node lacks, or older versions of it, and what takes its place in the project's modules. */
const STAND_INS = [
  { used: /\bDeno\./, imports: (at: string) => `import * as Deno from "${at}/deno.ts";` },
  { used: /\bnavigator\./, imports: (at: string) => `import * as navigator from "${at}/navigator.ts";` },
  {
    used: /\b(?:Array\.fromAsync|Map\.groupBy)\b/,
    imports: (at: string) => `import * as newer from "${at}/newer.ts";`,
  },
  {
    used: /\bFloat16Array\b/,
    imports: (at: string) => `import { Float16Array } from "${at}/float16_array.ts";`,
  },
];

/** The encodings of bytes as texts, which need newer JavaScript as well. */
const ENCODINGS = /(?<=from )"@std\/encoding\/(?:hex|base64)"/g;

/**
 * Puts modules into plain JavaScript for Node. What they use of Deno is Node's.
 *
 * @throws {Error} where they use something of Deno that has no counterpart
 */
export async function bundleForNode(given: Omit<Bundle, "beginning" | "transform">): Promise<Metafile> {
  const at = join(given.root, "pack/node").replaceAll("\\", "/");
  const metafile = await bundle({
    ...given,
    // What is imported first is run first: an old Node is named before it meets what it does not know.
    beginning: 'import "../../bin/checked_node.cjs"; ',
    transform: (source) => {
      const imports = STAND_INS.filter(({ used }) => used.test(source)).map(({ imports }) => imports(at));
      const own = source
        .replaceAll(ENCODINGS, `"${at}/encoding.ts"`)
        .replaceAll(/\b(?:Array|Map)\.(fromAsync|groupBy)\b/g, "newer.$1");
      return [...imports, own].join("\n");
    },
  });
  for (const name of await filesIn(given.out)) {
    // Without comments, which esbuild keeps in classes.
    const { code } = await transform(await Deno.readTextFile(join(given.out, name)), {
      minifyWhitespace: true,
    });
    const [left] = /\bDeno\.\w+/.exec(code) ?? [];
    if (left !== undefined) {
      throw new Error(`${name} calls ${left} in Node: give it a counterpart in pack/node`);
    }
  }
  return metafile;
}
