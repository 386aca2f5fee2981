import { dirname } from "@std/path";
import { type Diff, diffJson, diffOf } from "../diff/diff.ts";
import { regressions } from "../diff/gate.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { textDiffOf, textRegressions, type TextSide } from "../diff/text_diff.ts";
import { type GateCase, gateCases, junitXml, runsCase, textGateCases } from "../diff/junit.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { isDenied } from "../disk/denied.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { readBaseline } from "../results/baseline_file.ts";
import { isBaselinePath } from "../results/baseline_place.ts";
import { isTextRun, readTextRun } from "../results/read_text_run.ts";
import { textDiffText } from "../terminal/text_diff_text.ts";
import { missingRuns } from "../diff/missing.ts";
import { readSide } from "../diff/side.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import type { DIFF_FORMATS, Gate } from "./flag_values.ts";
import { diffReport } from "../report/diff_report.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
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
  /** A file to write the gate's metrics into, as JUnit's XML. */
  readonly junit?: string;
}

/**
 * `softprompt diff`: writes what differs between two results, and whether the difference is significant, to standard output.
 *
 * @param a the baseline: the folder of a run or of a sweep, a saved report, or a baseline's file @param b the result that is compared
 *   with it
 * @throws {InputError} where they cannot be compared, with the reason; at the end, where damaged runs were left out
 * @throws {GateFailed} where a metric of the gate got worse or runs are missing, if `failOnRegression` is set
 */
export async function diff(a: string, b: string, flags: DiffFlags, io: Io): Promise<void> {
  const texts = await textSides(a, b);
  if (flags.junit !== undefined) await checkJunitPlace(flags.junit);
  if (texts !== undefined) return await diffTexts(...texts, flags, io);
  const kept = new KeptPredictions();
  const sides = [await readSide(a, kept), await readSide(b, kept)] as const;
  const found = diffOf(...sides, flags.alpha);
  io.print((await render(found, flags.format, io)).trimEnd());
  const missing = missingRuns(...sides);
  const damaged = sides.flatMap((side) => side.damaged);
  for (const line of missing) io.log(line);
  const lacking = [...flags.allowMissing ? [] : missing, ...damaged];
  await writeJunit(`${b} against ${a}`, [...gateCases(found, flags.gate), runsCase(lacking)], flags);
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
  const [one, other] = [await textSide(a), await textSide(b)];
  if (one === undefined && other === undefined) return undefined;
  return [one ?? { source: a, run: await readTextRun(a) }, other ?? { source: b, run: await readTextRun(b) }];
}

/** A side that is one run whose answers are free texts, or a baseline of one; `undefined` for any other. */
async function textSide(source: string): Promise<TextSide | undefined> {
  try {
    if (await isTextRun(source)) return { source, run: await readTextRun(source) };
    const baseline = isBaselinePath(source) ? await readBaseline(source) : undefined;
    return baseline?.kind === "texts" ? { source, run: baseline.run } : undefined;
  } catch (error) {
    if (error instanceof InputError || isAbsent(error)) return undefined;
    throw error;
  }
}

/** Two runs whose answers are free texts. */
async function diffTexts(a: TextSide, b: TextSide, flags: DiffFlags, io: Io): Promise<void> {
  const { format, alpha, failOnRegression, gate } = flags;
  if (format !== "text" && format !== "json") {
    throw new InputError(
      `a diff of free texts is written as text or json, and not as ${format}: set --format`,
    );
  }
  const found = textDiffOf(a, b, alpha);
  io.print(
    format === "json"
      ? JSON.stringify(found, null, 2)
      : textDiffText(found, io.columns()).join("\n").trimEnd(),
  );
  await writeJunit(`${b.source} against ${a.source}`, textGateCases(found, gate), flags);
  const worse = failOnRegression ? textRegressions(found, gate) : [];
  if (worse.length > 0) throw new GateFailed(`${b.source} is worse than ${a.source} in ${worse.join(", ")}`);
}

/** The beginning of files that hold XML. */
const XML = "<?xml";

/** Refuses to write over a folder, and over a file that is no XML. */
async function checkJunitPlace(file: string): Promise<void> {
  const info = await Deno.stat(file).catch((error) => {
    if (!isAbsent(error)) throw error;
  });
  if (info?.isFile && (info.size === 0 || await beginsAs(file, XML))) return;
  if (info !== undefined) throw new InputError(`${file} is no file of XML: choose another with --junit`);
}

/** @throws {InputError} where there is no folder for the file, or it may not be changed */
async function writeJunit(title: string, cases: readonly GateCase[], { junit }: DiffFlags): Promise<void> {
  if (junit === undefined) return;
  try {
    await onDisk(junit, () => writeWhole(junit, junitXml(title, cases)), "--junit");
  } catch (error) {
    if (isDenied(error)) throw new InputError(thrownMessage(error), { cause: error });
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `there is no folder ${dirname(junit)}: make it, or choose another file with --junit`,
    );
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
