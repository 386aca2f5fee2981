import { type Diff, diffJson, diffOf, hasVerdict } from "../diff/diff.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { readSide } from "../diff/side.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import type { DIFF_FORMATS } from "./flag_values.ts";
import { diffReport } from "../report/diff_report.ts";
import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { diffText } from "../terminal/diff_text.ts";
import { Regression } from "../terminal/exit_codes.ts";
import type { Io } from "../terminal/io.ts";
import { type Style, styleFor } from "../terminal/style.ts";

/** The flags of `diff`. */
export interface DiffFlags {
  readonly format: typeof DIFF_FORMATS[number];
  readonly failOnRegression: boolean;
  /** The significance level of the tests. */
  readonly alpha: number;
}

/**
 * `softprompt diff`: writes what differs between two results, and whether the difference is significant, to standard output.
 *
 * @param a the baseline: the folder of a run or of a sweep, or a saved report @param b the result that is compared with it
 * @throws {InputError} where they cannot be compared, with the reason; at the end, where damaged runs were left out
 * @throws {Regression} where a metric got worse, if `failOnRegression` is set
 */
export async function diff(a: string, b: string, flags: DiffFlags, io: Io): Promise<void> {
  const kept = new KeptPredictions();
  const sides = [await readSide(a, kept), await readSide(b, kept)] as const;
  const found = diffOf(...sides, flags.alpha);
  io.print((await render(found, flags.format, styleFor(io.hasColors.stdout))).trimEnd());
  if (flags.failOnRegression && hasVerdict(found, "worse")) throw new Regression(`${b} is worse than ${a}`);
  const damaged = sides.flatMap((side) => side.damaged);
  if (damaged.length === 0) return;
  throw new InputError(
    joined(["what is damaged was left out of the comparison: run the experiments again", ...damaged], "\n"),
  );
}

async function render(diff: Diff, format: DiffFlags["format"], style: Style): Promise<string> {
  switch (format) {
    case "text":
      return diffText(diff, style).join("\n");
    case "markdown":
      return diffMarkdown(diff);
    case "json":
      return JSON.stringify(diffJson(diff), null, 2);
    case "html":
      return await diffReport(diff);
  }
}
