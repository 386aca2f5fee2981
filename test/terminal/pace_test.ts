import { assertEquals } from "@std/assert";
import { Pace } from "../../src/terminal/pace.ts";

Deno.test("the time left is that of what is left, at the speed since the first call", () => {
  let time = 1000;
  const pace = new Pace(() => time);
  assertEquals(pace.secondsLeft(100, 200), undefined, "a run that is resumed has no speed yet");
  time += 10_000;
  assertEquals(pace.secondsLeft(120, 200), 40);
  time += 10_000;
  assertEquals(pace.secondsLeft(200, 200), undefined);
});

Deno.test("what begins again has a speed of its own", () => {
  let time = 0;
  const pace = new Pace(() => time);
  pace.secondsLeft(0, 10);
  time += 100_000;
  pace.secondsLeft(10, 10);
  pace.secondsLeft(0, 10);
  time += 1000;
  assertEquals(pace.secondsLeft(5, 10), 1);
});
