import { assert, assertEquals } from "@std/assert";
import { sourcesIn } from "./architecture/module_graph.ts";
import { exampleModule, examplesIn } from "./doc_examples.ts";

Deno.test("every example of the program is found, by its line", async () => {
  let found = 0;
  for (const [path, source] of await sourcesIn("src")) {
    const fences = source.split("\n").flatMap((line, i) => line.trim() === "* ```ts" ? [i + 1] : []);
    assertEquals(examplesIn(source).map(({ line }) => line), fences, path);
    found += fences.length;
  }
  assert(found > 20);
});

Deno.test("an example is a test of its own, after its imports", () => {
  const source = `/** No example. */
const fence = "\`\`\`ts";
  /**
   * Halves.
   *
   * @example
   * \`\`\`ts
   * import {
   *   half,
   * } from "half";
   * import "other";
   *
   * half(2 * 3);
   * \`\`\`
   *
   * \`\`\`ts ignore
   * half();
   * \`\`\`
   */
`;
  assertEquals(
    examplesIn(source).map((example) => exampleModule("src/half.ts", example).replaceAll(/\n+/g, "\n")),
    [`import {
  half,
} from "half";
import "other";
Deno.test("the example at src/half.ts:7", async () => {
half(2 * 3);
});
`],
  );
});
