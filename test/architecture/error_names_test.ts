import { assertEquals } from "@std/assert";
import { sourcesIn } from "./module_graph.ts";

Deno.test("an error is named after its class", async () => {
  const classes = [...await sourcesIn("src")].flatMap(([path, source]) =>
    [...source.matchAll(
      /class (\w+) extends \w*Error \{\s*override readonly name(?:: string)? = "(\w+)"/gs,
    )]
      .map(([, name, given]) => ({ path, name, given }))
  );
  assertEquals(classes.filter(({ name, given }) => name !== given), []);
  assertEquals(classes.length > 10, true);
});
