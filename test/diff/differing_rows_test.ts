import { assertEquals, assertStringIncludes } from "@std/assert";
import { diffOf } from "../../src/diff/diff.ts";
import { differingRows } from "../../src/diff/differing_rows.ts";
import { diffMarkdown } from "../../src/diff/markdown.ts";
import { diffReport } from "../../src/report/diff_report.ts";
import { diffText } from "../../src/terminal/diff_text.ts";
import { styleFor } from "../../src/terminal/style.ts";
import { madeUpRun } from "./runs.ts";

const GOOD = Array.from({ length: 20 }, (_, i) => i % 3 === 0 ? 0.3 : 0.7);

/** A side of variants of these lengths. */
function side(source: string, device: string, ...lengths: number[]) {
  const runs = lengths.map((length) => ({
    name: `length=${length}`,
    runs: [madeUpRun({ good: GOOD, length, device })],
  }));
  return { source, groups: runs };
}

Deno.test("what differs in the same way in all comparisons is listed once, and each lists its own", async () => {
  const diff = diffOf(side("old", "native CPU", 5), side("new", "WebGPU", 5, 20), 0.05);
  const { shared, own } = differingRows(diff.comparisons);
  assertEquals(shared, [["device.description", { a: "native CPU", b: "WebGPU" }]]);
  assertEquals(own, [[], [["prompt.length", { a: 5, b: 20 }]]]);
  for (
    const text of [diffText(diff, styleFor(false)).join("\n"), diffMarkdown(diff), await diffReport(diff)]
  ) {
    assertEquals(text.replaceAll("<wbr>", "").match(/device\.description/g)?.length, 1);
    assertEquals(/nothing differs/i.test(text.replace(/<script[\s\S]*/, "")), false);
  }
  assertStringIncludes(diffText(diff, styleFor(false)).join("\n"), "differs in all");
});

Deno.test("a single comparison lists all that differs", () => {
  const { comparisons } = diffOf(side("old", "native CPU", 5), side("new", "WebGPU", 20), 0.05);
  const { shared, own } = differingRows(comparisons);
  assertEquals(shared, []);
  assertEquals(own.map((rows) => rows.map(([path]) => path)), [["prompt.length", "device.description"]]);
});
