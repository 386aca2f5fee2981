import { assertEquals } from "@std/assert";
import plugin from "./operator_lists.ts";

const COMPILER = "src/compiler";

/** Files that name several operators, and the reason why what these share is no trait. */
const ALLOWED: Readonly<Record<string, string>> = {
  "analysis/interpreted_operators.ts":
    "one interpretation for each operator, on the interpreter's own arrays",
  "frontend/every_token.ts": "the forms in which exporters pick one token",
  "frontend/scores.ts": "the forms in which exporters write a Softmax and its logarithm",
  "frontend/upgrade_opset.ts": "what changed between ONNX's operator sets, by the names that files have",
  "graph/operator_attributes.ts": "the names themselves, and what attributes each operator takes",
  "passes/split_packed_projection.ts":
    "the form of a projection, and what each of its nodes is for a piece of it",
  "targets/webgpu/broadcast_booleans.ts": "one rewriting for each operator",
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
  assertEquals(listsIn("a.ts", `const A = new Map([["Add", 1], ["Mul", 2]]);`), [`[["Add", 1], ["Mul", 2]]`]);
  assertEquals(
    listsIn("a.ts", `const A = { Add: 1, "Mul": 2, Sub: 3 }, b = { Add: 1, Mul: 2, [Sub]: 3, x: 4 };`),
    [`{ Add: 1, "Mul": 2, Sub: 3 }`],
  );
  assertEquals(
    listsIn("a.ts", `switch (op) { case "Add": case "Mul": break; } switch (op) { case "Add": }`),
    [
      `switch (op) { case "Add": case "Mul": break; }`,
    ],
  );
});

Deno.test("a chain of comparisons of one thing is found within its function", () => {
  const chain = (names: readonly string[], of = "op") =>
    names.map((name) => `if (${of} === "${name}") {}`).join(" ");
  const within = (body: string) => `function f(op) { ${body} }`;
  assertEquals(listsIn("a.ts", within(chain(["Add", "Mul", "Sub"]))), [`op === "Sub"`]);
  assertEquals(listsIn("a.ts", within(chain(["Add", "Mul", "Add", "x"]))), []);
  assertEquals(listsIn("a.ts", within(chain(["Add", "Mul"]) + chain(["Sub"], "other.op"))), []);
  assertEquals(listsIn("a.ts", within(chain(["Add", "Mul"])) + within(chain(["Sub"]))), []);
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
