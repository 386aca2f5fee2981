import { checkGate, type GateMetric } from "../diff/gate_metrics.ts";
import { missingRuns } from "../diff/missing.ts";
import type { ReadSide } from "../diff/side.ts";
import { textDiffJson, type TextDiffs, textDiffsOf } from "../diff/text_diff.ts";
import { textGateMetrics, textRegressions } from "../diff/text_gate.ts";
import { textGateCases } from "../diff/junit.ts";
import { textDiffMarkdown } from "../diff/text_markdown.ts";
import type { ComparedTextRun } from "../diff/text_run.ts";
import type { Io } from "../terminal/io.ts";
import { textDiffText } from "../terminal/text_diff_text.ts";
import type { DiffFlags } from "./diff.ts";
import { judge, MISSING_RUNS } from "./judged_diff.ts";

/** Shows what differs between two sides, of which at least one has runs whose answers are generated, and judges the gate. */
export async function diffTexts(
  a: ReadSide<ComparedTextRun>,
  b: ReadSide<ComparedTextRun>,
  gate: readonly GateMetric[],
  flags: DiffFlags,
  io: Io,
): Promise<void> {
  const { format, alpha, isGateChosen } = flags;
  const found = textDiffsOf(a, b, alpha);
  if (isGateChosen) checkGate(gate, textGateMetrics(found));
  io.print((await renderTexts(found, format, io)).trimEnd(), format === "text" ? undefined : "data");
  for (const note of found.notes) io.log(note);
  const [worse, cases] = [textRegressions(found, gate), textGateCases(found, gate)];
  const damaged = [a, b].flatMap((side) => side.damaged);
  const missing = missingRuns(a, b);
  await judge(
    { a: a.source, b: b.source, worse, cases, missing, damaged, whyMissing: MISSING_RUNS },
    flags,
    io,
  );
}

async function renderTexts(diff: TextDiffs, format: DiffFlags["format"], io: Io): Promise<string> {
  switch (format) {
    case "text":
      return textDiffText(diff, io.columns()).join("\n");
    case "markdown":
      return textDiffMarkdown(diff);
    case "json":
      return JSON.stringify(textDiffJson(diff), null, 2);
    case "html":
      return await (await import("../report/text_diff_report.ts")).textDiffReport(diff);
  }
}
