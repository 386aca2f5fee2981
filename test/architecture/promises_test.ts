import { assertEquals } from "@std/assert";
import { sourcesIn } from "./module_graph.ts";

Deno.test("what starts several things waits for all of them: only one module calls Promise.all", async () => {
  const callers = [...await sourcesIn("src")].filter(([, source]) => /Promise\.(all|any)\(/.test(source));
  assertEquals(callers.map(([path]) => path), ["src/base/all_done.ts"]);
});
