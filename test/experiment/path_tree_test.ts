import { assertEquals } from "@std/assert";
import { PathTree } from "../../src/experiment/path_tree.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

Deno.test("a tree of paths finds what a comparison with each of them finds", () => {
  const stream = new RandomStream(0, "paths");
  const path = () => Array.from({ length: stream.integer(4) }, () => "ab"[stream.integer(2)]!);
  const leads = (outer: readonly string[], inner: readonly string[]) =>
    outer.every((key, i) => key === inner[i]);
  for (let round = 0; round < 200; round++) {
    const paths = Array.from({ length: stream.integer(6) }, path);
    const tree = new PathTree(paths);
    const asked = path();
    const around = paths.flatMap((one, i) => leads(one, asked) ? [i] : []);
    const within = paths.flatMap((one, i) => leads(asked, one) ? [i] : []);
    assertEquals(tree.around(asked), around.at(-1));
    assertEquals(
      tree.within(asked),
      within.length === 0 ? undefined : { first: within[0]!, last: within.at(-1)! },
    );
  }
});
