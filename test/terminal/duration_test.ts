import { assertEquals } from "@std/assert";
import { duration } from "../../src/terminal/duration.ts";

Deno.test("durations are written as people write them", () => {
  assertEquals([0.2, 45.4, 59.6, 720, 3599, 11_100].map(duration), [
    "1 s",
    "45 s",
    "1 min",
    "12 min",
    "1 h 00 min",
    "3 h 05 min",
  ]);
});
