import { type Diff, diffJson, diffOf } from "../diff/diff.ts";
import { regressions } from "../diff/gate.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { checkGate } from "../diff/gate_metrics.ts";
import type { SeededRun } from "../diff/run_groups.ts";
import { textDiffJson, type TextDiffs, textDiffsOf } from "../diff/text_diff.ts";
import { textGateMetrics, textRegressions } from "../diff/text_gate.ts";
import type { ComparedTextRun } from "../diff/text_run.ts";
import { textDiffText } from "../terminal/text_diff_text.ts";
import { missingRuns } from "../diff/missing.ts";
import { isTextSide, type ReadSide, readSide, readTextSide } from "../diff/side.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import type { DIFF_FORMATS, Gate } from "./flag_values.ts";
import { diffReport } from "../report/diff_report.ts";
import { textDiffMarkdown } from "../diff/text_markdown.ts";
import { textDiffReport } from "../report/text_diff_report.ts";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { diffText } from "../terminal/diff_text.ts";
import { GateFailed } from "../terminal/exit_codes.ts";
import type { Io } from "../terminal/io.ts";
import { styleFor } from "../terminal/style.ts";

/** The flags of `diff`. */
export interface DiffFlags {
  readonly format: typeof DIFF_FORMATS[number];
  readonly failOnRegression: boolean;
  /** The metrics that `failOnRegression` is about. */
  readonly gate: Gate;
  /** Whether these were named, so that each of them must have been compared. */
  readonly isGateChosen: boolean;
  /** Whether the gate passes where runs are missing. */
  readonly allowMissing: boolean;
  /** The significance level of the tests. */
  readonly alpha: number;
}

/**
 * `softprompt diff`: writes what differs between two results, and whether the difference is significant, to standard output.
 *
 * @param a the baseline: the folder of a run or of a sweep, or a saved report @param b the result that is compared with it
 * @throws {InputError} where they cannot be compared, with the reason; at the end, where damaged runs were left out
 * @throws {GateFailed} where a metric of the gate got worse or runs are missing, if `failOnRegression` is set
 */
export async function diff(a: string, b: string, flags: DiffFlags, io: Io): Promise<void> {
  const kept = new KeptPredictions();
  if (await isTextSide(a) || await isTextSide(b)) {
    return await diffTexts(await readTextSide(a, kept), await readTextSide(b, kept), flags, io);
  }
  const sides = [await readSide(a, kept), await readSide(b, kept)] as const;
  const found = diffOf(...sides, flags.alpha);
  if (flags.isGateChosen) {
    checkGate(flags.gate, found.comparisons.flatMap(({ metrics }) => Object.keys(metrics)));
  }
  io.print((await render(found, flags.format, io)).trimEnd(), flags.format === "text" ? undefined : "data");
  judge(sides, regressions(found, flags.gate), flags, io);
}

/**
 * Reports what is missing and what is damaged, and fails the gate.
 *
 * @param worse what got worse
 * @throws {InputError} where damaged runs were left out
 * @throws {GateFailed} where a metric of the gate got worse or runs are missing, if `failOnRegression` is set
 */
function judge(
  sides: readonly [ReadSide<SeededRun>, ReadSide<SeededRun>],
  worse: readonly string[],
  flags: DiffFlags,
  io: Io,
): void {
  const [a, b] = sides;
  const missing = missingRuns(...sides);
  const damaged = sides.flatMap((side) => side.damaged);
  for (const line of missing) io.log(line);
  if (flags.failOnRegression && worse.length > 0) {
    for (const line of damaged) io.log(line);
    throw new GateFailed(`${b.source} is worse than ${a.source} in ${worse.join(", ")}`);
  }
  if (damaged.length > 0) {
    throw new InputError(
      joined(["what is damaged was left out of the comparison: run the experiments again", ...damaged], "\n"),
    );
  }
  if (flags.failOnRegression && !flags.allowMissing && missing.length > 0) {
    throw new GateFailed(
      "runs are missing, so that nothing is known of them: run their experiments again, or add --allow-missing",
    );
  }
}

/** Two sides, of which at least one has runs whose answers are generated. */
async function diffTexts(
  a: ReadSide<ComparedTextRun>,
  b: ReadSide<ComparedTextRun>,
  flags: DiffFlags,
  io: Io,
): Promise<void> {
  const { format, alpha, gate, isGateChosen } = flags;
  const found = textDiffsOf(a, b, alpha);
  if (isGateChosen) checkGate(gate, textGateMetrics(found));
  io.print((await renderTexts(found, format, io)).trimEnd(), format === "text" ? undefined : "data");
  judge([a, b], textRegressions(found, gate), flags, io);
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
      return await textDiffReport(diff);
  }
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
      return await diffReport(diff);
  }
}
