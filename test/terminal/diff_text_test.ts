import { assertEquals } from "@std/assert";
import { diffOf } from "../../src/diff/diff.ts";
import { diffText } from "../../src/terminal/diff_text.ts";
import { styleFor } from "../../src/terminal/style.ts";
import { madeUpRun } from "../diff/runs.ts";

Deno.test("a flip is one line, whatever its text and classes hold", () => {
  const sides = [0.4, 0.6].map((good, i) => {
    const run = madeUpRun({ good: [good, good] });
    const predictions = run.predictions.map((one) => ({ ...one, text: "two\nlines\x1b[2J" }));
    return { source: String(i), groups: [{ name: "", runs: [{ ...run, predictions }] }] };
  });
  const lines = diffText(diffOf(sides[0]!, sides[1]!, 0.05), styleFor(false));
  const flips = lines.filter((line) => line.includes("two"));
  assertEquals(flips.map((line) => line.replace(/^.*: /, "")), Array(2).fill("two\\nlines\\u001b[2J"));
});
