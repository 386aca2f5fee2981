import { assertEquals, assertStringIncludes } from "@std/assert";
import { diffText } from "../../src/terminal/diff_text.ts";
import { styleFor } from "../../src/terminal/style.ts";
import { diffJson, diffOf } from "../../src/diff/diff.ts";
import { diffMarkdown } from "../../src/diff/markdown.ts";
import { diffReport } from "../../src/report/diff_report.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { madeUpRun } from "./runs.ts";

const NOW = madeUpRun({ good: [0.4, 0.6, 0.3, 0.8] });

/** A run from before runs named their semantics, as it is read. */
function earlier({ experiment: { semantics: _, ...experiment }, ...run }: RunRecord): RunRecord {
  return { ...run, experiment: experiment as RunRecord["experiment"] };
}

function side(source: string, run: RunRecord) {
  return { source, groups: [{ name: "", runs: [run] }] };
}

Deno.test("a diff of runs under different semantics says so in its first lines, in every format", async () => {
  const diff = diffOf(side("old", earlier(NOW)), side("new", NOW), 0.05);
  const sentence = "The sides were made under different semantics (A: 1, B: 2)";
  assertStringIncludes(diffText(diff, styleFor(false)).slice(0, 3).join("\n"), sentence);
  assertStringIncludes(diffMarkdown(diff).split("\n").slice(0, 6).join("\n"), sentence);
  assertStringIncludes(await diffReport(diff), sentence);
  assertEquals((diffJson(diff) as { semantics: unknown }).semantics, { a: [1], b: [2] });
});

Deno.test("a diff of runs under the same semantics says nothing of them", () => {
  const diff = diffOf(side("a", NOW), side("b", NOW), 0.05);
  assertEquals(diffText(diff, styleFor(false)).some((line) => line.includes("semantics")), false);
  assertEquals(diffMarkdown(diff).includes("semantics"), false);
});
