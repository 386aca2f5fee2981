import { assertEquals } from "@std/assert";
import { readInTurns } from "../../src/disk/read_in_turns.ts";

Deno.test("many things are read in their order, not all of them at once", async () => {
  let open = 0;
  let most = 0;
  const read = async (item: number) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, item % 3));
    open--;
    return item * 2;
  };
  const items = Array.from({ length: 100 }, (_, i) => i);
  assertEquals(await readInTurns(items, read), items.map((item) => item * 2));
  assertEquals(most, 32);
});
