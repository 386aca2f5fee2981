import { type Diff, diffJson, diffOf } from "../diff/diff.ts";
import { regressions } from "../diff/gate.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { type TextDiff, textDiffOf, textRegressions, type TextSide } from "../diff/text_diff.ts";
import { isTextRun, readTextRun } from "../results/read_text_run.ts";
import { textDiffText } from "../terminal/text_diff_text.ts";
import { missingRuns } from "../diff/missing.ts";
import { readSide } from "../diff/side.ts";
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
  const texts = await textSides(a, b);
  if (texts !== undefined) return await diffTexts(...texts, flags, io);
  const kept = new KeptPredictions();
  const sides = [await readSide(a, kept), await readSide(b, kept)] as const;
  const found = diffOf(...sides, flags.alpha);
  io.print((await render(found, flags.format, io)).trimEnd());
  const missing = missingRuns(...sides);
  const damaged = sides.flatMap((side) => side.damaged);
  for (const line of missing) io.log(line);
  const worse = flags.failOnRegression ? regressions(found, flags.gate) : [];
  if (worse.length > 0) {
    for (const line of damaged) io.log(line);
    throw new GateFailed(`${b} is worse than ${a} in ${worse.join(", ")}`);
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

/** The two sides, where either is one run whose answers are free texts. @throws {InputError} where only one is */
async function textSides(a: string, b: string): Promise<readonly [TextSide, TextSide] | undefined> {
  const isText = async (source: string) =>
    await isTextRun(source).catch((error) => {
      if (error instanceof InputError) return false;
      throw error;
    });
  if (!await isText(a) && !await isText(b)) return undefined;
  return [{ source: a, run: await readTextRun(a) }, { source: b, run: await readTextRun(b) }];
}

/** Two runs whose answers are free texts. */
async function diffTexts(a: TextSide, b: TextSide, flags: DiffFlags, io: Io): Promise<void> {
  const { format, alpha, failOnRegression, gate } = flags;
  const found = textDiffOf(a, b, alpha);
  io.print((await renderTexts(found, format, io)).trimEnd());
  const worse = failOnRegression ? textRegressions(found, gate) : [];
  if (worse.length > 0) throw new GateFailed(`${b.source} is worse than ${a.source} in ${worse.join(", ")}`);
}

async function renderTexts(diff: TextDiff, format: DiffFlags["format"], io: Io): Promise<string> {
  switch (format) {
    case "text":
      return textDiffText(diff, io.columns()).join("\n");
    case "markdown":
      return textDiffMarkdown(diff);
    case "json":
      return JSON.stringify(diff, null, 2);
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
