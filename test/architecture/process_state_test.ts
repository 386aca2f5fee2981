import { assertEquals } from "@std/assert";
import { filesIn, sourcesIn } from "./module_graph.ts";

/** What changes something that all test files in the process share. */
const CHANGES = 'CallExpression[callee.object.name="Deno"][callee.property.name=/^(chdir|umask)$/], ' +
  'CallExpression[callee.object.object.name="Deno"][callee.object.property.name="env"][callee.property.name=/^(set|delete)$/]';

/** The calls in a source text, as they are written. */
function changesIn(source: string): string[] {
  const found: string[] = [];
  const collect: Deno.lint.LintVisitor = {
    [CHANGES]: ({ range }: Deno.lint.CallExpression) => found.push(source.slice(...range)),
  };
  Deno.lint.runPlugin({ name: "state", rules: { collect: { create: () => collect } } }, "x.ts", source);
  return found;
}

Deno.test("calls that change the process are found, and not the words in a program for another", () => {
  const source = [
    "Deno.chdir(folder);",
    "for (const name of NAMES) Deno.env.delete(name);",
    'Deno.env.set("A", "b");',
    "const before = Deno.umask(0o77);",
    'Deno.env.get("A");',
    'const program = "Deno.chdir(1)";',
  ].join("\n");
  assertEquals(changesIn(source), [
    "Deno.chdir(folder)",
    "Deno.env.delete(name)",
    'Deno.env.set("A", "b")',
    "Deno.umask(0o77)",
  ]);
});

Deno.test("no test changes the working directory, the environment or the mask of new files: others run beside it", async () => {
  const sources = await sourcesIn("test");
  const inProcess = new Set([...sources.keys()].filter((path) => path.endsWith("_test.ts")));
  for (const path of inProcess) {
    for (const file of filesIn(path, sources.get(path)!)) if (sources.has(file)) inProcess.add(file);
  }
  const changing = [...inProcess].flatMap((path) =>
    /chdir|umask|env/.test(sources.get(path)!)
      ? changesIn(sources.get(path)!).map((call) => `${path}: ${call}`)
      : []
  );
  assertEquals(changing, [], "do it in a process of its own");
});
