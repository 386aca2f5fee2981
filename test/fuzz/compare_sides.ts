import { compare } from "../../src/diff/compare.ts";
import { type Diff, diffJson } from "../../src/diff/diff.ts";
import { diffMarkdown } from "../../src/diff/markdown.ts";
import { pairGroups } from "../../src/diff/pairing.ts";
import type { Side } from "../../src/diff/side.ts";
import { timesOf } from "../../src/diff/times.ts";
import { diffReport } from "../../src/report/diff_report.ts";
import { diffText } from "../../src/terminal/diff_text.ts";
import { styleFor } from "../../src/terminal/style.ts";

/** Few resamples: how many there are changes nothing but the time. */
const OPTIONS = { alpha: 0.05, resamples: 50, seed: 0 };

/** Compares two sides as `diff` does, and writes the comparison in every form. */
export async function compareSides(a: Side, b: Side): Promise<void> {
  const { pairs, ...unpaired } = pairGroups(a, b);
  const diff: Diff = {
    format: "softprompt-diff/1",
    a: a.source,
    b: b.source,
    ...OPTIONS,
    semantics: { a: [1], b: [1] },
    times: { a: timesOf(a), b: timesOf(b) },
    comparisons: compare(pairs, OPTIONS),
    ...unpaired,
  };
  diffText(diff, styleFor(false));
  diffMarkdown(diff);
  JSON.stringify(diffJson(diff));
  await diffReport(diff);
}
