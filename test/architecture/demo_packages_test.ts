import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { importsIn } from "./module_graph.ts";
import { ROOT } from "../shared.ts";

/**
 * The packages that are loaded with the modules of the README's first command, besides those that it loads when it needs them (ONNX
 * Runtime, d3 and Observable Plot for its reports, isomorphic-git). It downloads them all: a new one needs a reason.
 */
const LOADED = [
  "@bufbuild/protobuf",
  "@huggingface/tokenizers",
  "@std",
  "ajv",
  "commander",
  "hyparquet",
  "hyparquet-compressors",
  "onnx-buf",
  "pure-rand",
  "simple-statistics",
  "string-width",
  "yaml",
];

Deno.test("the demo downloads only the packages that a run needs", async () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const name of importsIn(await Deno.readTextFile(join(ROOT, path))).loaded) {
      if (name.startsWith(".") && name.endsWith(".ts")) await visit(join(dirname(path), name));
      else if (!/^(node:|\.)/.test(name)) packages.add(packageOf(name));
    }
  };
  for (const entry of ["src/demo.ts", "src/main.ts", "src/commands/run.ts"]) await visit(entry);
  assertEquals([...packages].sort(), LOADED);
});

/** `@std/path` are parts of one package. */
function packageOf(specifier: string): string {
  const [first = "", second] = specifier.split("/");
  return first === "@std" || !first.startsWith("@") ? first : `${first}/${second}`;
}
