import { type ForeignDiff, foreignDiffJson, foreignDiffOf } from "../diff/foreign_diff.ts";
import { foreignGate, foreignGateCases, foreignMissing, foreignRegressions } from "../diff/foreign_gate.ts";
import { foreignMarkdown } from "../diff/foreign_markdown.ts";
import type { ForeignSide } from "../diff/foreign_side.ts";
import { foreignDiffText } from "../terminal/foreign_diff_text.ts";
import type { Io } from "../terminal/io.ts";
import type { DiffFlags } from "./diff.ts";
import { judge } from "./judged_diff.ts";

const EVALUATED = {
  whyMissing:
    "examples or values are missing, so that nothing is known of them: evaluate again, or add --allow-missing",
} as const;

/** Shows what differs between two sides that another program has written, and judges the gate. */
export async function diffForeign(a: ForeignSide, b: ForeignSide, flags: DiffFlags, io: Io): Promise<void> {
  const found = foreignDiffOf(a, b, flags.alpha);
  const gate = foreignGate(found, flags.isGateChosen ? flags.gate : undefined);
  io.print(
    (await renderForeign(found, flags.format, io)).trimEnd(),
    flags.format === "text" ? undefined : "data",
  );
  const missing = foreignMissing(found, a, b);
  const [worse, cases] = [foreignRegressions(found, gate), foreignGateCases(found, gate)];
  await judge({ a: a.source, b: b.source, worse, cases, missing, damaged: [], ...EVALUATED }, flags, io);
}

async function renderForeign(diff: ForeignDiff, format: DiffFlags["format"], io: Io): Promise<string> {
  switch (format) {
    case "text":
      return foreignDiffText(diff, io.columns()).join("\n");
    case "markdown":
      return foreignMarkdown(diff);
    case "json":
      return JSON.stringify(foreignDiffJson(diff), null, 2);
    case "html":
      return await (await import("../report/foreign_diff_report.ts")).foreignDiffReport(diff);
  }
}
