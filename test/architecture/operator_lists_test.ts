import { assertEquals } from "@std/assert";
import plugin from "./operator_lists.ts";

const COMPILER = "src/compiler";

/** Files that look for a form of graph, and the reason why these names are no trait. */
const ALLOWED: Readonly<Record<string, string>> = {
  "frontend/every_token.ts": "the forms in which exporters pick one token",
  "passes/split_packed_projection.ts":
    "the form of a projection, and what each of its nodes is for a piece of it",
  "targets/webgpu/legalize.ts": "one rewriting for each operator",
};

const listsIn = (file: string, source: string) =>
  Deno.lint.runPlugin(plugin, file, source).map(({ range: [from, to] }) => source.slice(from, to));

/** The modules in a folder of the compiler and below it, but for the rows themselves. */
function modulesIn(folder: string): string[] {
  return [...Deno.readDirSync(`${COMPILER}/${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) return path === "ops" ? [] : modulesIn(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

Deno.test("a list of operators' names is found in whatever form it has", () => {
  assertEquals(listsIn("a.ts", `const A = new Set(["Add", "Mul"]), b = ["Add", "x"], c = ["Add"];`), [
    `["Add", "Mul"]`,
  ]);
  assertEquals(listsIn("a.ts", `if (op === "Add" || op === "Mul" || op === "x" || x === "Sub") {}`), [
    `op === "Add" || op === "Mul"`,
  ]);
  assertEquals(
    listsIn("a.ts", `switch (op) { case "Add": case "Mul": break; } switch (op) { case "Add": }`),
    [
      `switch (op) { case "Add": case "Mul": break; }`,
    ],
  );
});

Deno.test("what operators share is a trait of their rows: no other part of the compiler lists them", async () => {
  const found = await Promise.all(
    modulesIn("").map(async (path) => {
      const source = await Deno.readTextFile(`${COMPILER}/${path}`);
      return listsIn(path, source).length > 0 ? [path] : [];
    }),
  );
  assertEquals(found.flat().sort(), Object.keys(ALLOWED).sort());
});
