import { type Diff, diffJson, diffOf } from "../diff/diff.ts";
import { regressions } from "../diff/gate.ts";
import { checkGate, type GateMetric } from "../diff/gate_metrics.ts";
import { gateCases } from "../diff/junit.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { missingRuns } from "../diff/missing.ts";
import type { ReadSide } from "../diff/side.ts";
import { diffText } from "../terminal/diff_text.ts";
import type { Io } from "../terminal/io.ts";
import { styleFor } from "../terminal/style.ts";
import type { DiffFlags } from "./diff.ts";
import { judge, MISSING_RUNS } from "./judged_diff.ts";

/** Shows what differs between two sides whose runs answer with classes, and judges the gate. */
export async function diffClasses(
  a: ReadSide,
  b: ReadSide,
  gate: readonly GateMetric[],
  flags: DiffFlags,
  io: Io,
): Promise<void> {
  const found = diffOf(a, b, flags.alpha);
  if (flags.isGateChosen) {
    checkGate(gate, found.comparisons.flatMap(({ metrics }) => Object.keys(metrics)));
  }
  io.print((await render(found, flags.format, io)).trimEnd(), flags.format === "text" ? undefined : "data");
  const damaged = [a, b].flatMap((side) => side.damaged);
  const missing = missingRuns(a, b);
  await judge(
    {
      a: a.source,
      b: b.source,
      worse: regressions(found, gate),
      cases: gateCases(found, gate),
      missing,
      damaged,
      whyMissing: MISSING_RUNS,
    },
    flags,
    io,
  );
}

async function render(diff: Diff, format: DiffFlags["format"], io: Io): Promise<string> {
  switch (format) {
    case "text":
      return diffText(diff, styleFor(io.hasColors.stdout), io.columns()).join("\n");
    case "markdown":
      return diffMarkdown(diff);
    case "json":
      return JSON.stringify(diffJson(diff), null, 2);
    case "html":
      return await (await import("../report/diff_report.ts")).diffReport(diff);
  }
}
