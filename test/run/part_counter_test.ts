import { assertEquals } from "@std/assert";
import { PartCounter } from "../../src/run/part_counter.ts";

Deno.test("what is done of parts is what is done of the whole", () => {
  const reported: (readonly [number, number])[] = [];
  const counter = new PartCounter([4, 0, 6], (done, total) => reported.push([done, total]));
  const first = counter.next(4);
  first(2);
  first(4);
  counter.next(0);
  counter.next(6)(3);
  assertEquals(reported, [[2, 10], [4, 10], [7, 10]]);
});
