import { dirname } from "@std/path";
import { type Diff, diffJson, diffOf } from "../diff/diff.ts";
import { regressions } from "../diff/gate.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { type GateCase, gateCases, junitXml, runsCase, textGateCases } from "../diff/junit.ts";
import { checkGate } from "../diff/gate_metrics.ts";
import type { SeededRun } from "../diff/run_groups.ts";
import { textDiffJson, type TextDiffs, textDiffsOf } from "../diff/text_diff.ts";
import { textGateMetrics, textRegressions } from "../diff/text_gate.ts";
import type { ComparedTextRun } from "../diff/text_run.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { isDenied } from "../disk/denied.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { textDiffText } from "../terminal/text_diff_text.ts";
import { missingRuns } from "../diff/missing.ts";
import { isTextSide, type ReadSide, readSide, readTextSide } from "../diff/side.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import type { DIFF_FORMATS, Gate } from "./flag_values.ts";
import { diffReport } from "../report/diff_report.ts";
import { textDiffMarkdown } from "../diff/text_markdown.ts";
import { textDiffReport } from "../report/text_diff_report.ts";
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
  /** Whether these were named, so that each of them must have been compared. */
  readonly isGateChosen: boolean;
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
  if (flags.junit !== undefined) await checkJunitPlace(flags.junit);
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
  const { gate } = flags;
  await judge(sides, { worse: regressions(found, gate), cases: gateCases(found, gate) }, flags, io);
}

/**
 * Reports what is missing and what is damaged, writes the gate's test cases, and fails the gate.
 *
 * @param worse what got worse @param cases the test case of each metric of the gate
 * @throws {InputError} where damaged runs were left out
 * @throws {GateFailed} where a metric of the gate got worse or runs are missing, if `failOnRegression` is set
 */
async function judge(
  sides: readonly [ReadSide<SeededRun>, ReadSide<SeededRun>],
  { worse, cases }: { readonly worse: readonly string[]; readonly cases: readonly GateCase[] },
  flags: DiffFlags,
  io: Io,
): Promise<void> {
  const [a, b] = sides;
  const missing = missingRuns(...sides);
  const damaged = sides.flatMap((side) => side.damaged);
  for (const line of missing) io.log(line);
  const lacking = [...flags.allowMissing ? [] : missing, ...damaged];
  await writeJunit(`${b.source} against ${a.source}`, [...cases, runsCase(lacking)], flags);
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
  for (const note of found.notes) io.log(note);
  await judge([a, b], { worse: textRegressions(found, gate), cases: textGateCases(found, gate) }, flags, io);
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
