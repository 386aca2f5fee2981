import { dirname } from "@std/path";
import { type Diff, diffJson, diffOf } from "../diff/diff.ts";
import { regressions } from "../diff/gate.ts";
import { diffMarkdown } from "../diff/markdown.ts";
import { type GateCase, gateCases, junitXml, runsCase, textGateCases } from "../diff/junit.ts";
import { type ForeignDiff, foreignDiffJson, foreignDiffOf } from "../diff/foreign_diff.ts";
import { foreignGate, foreignGateCases, foreignMissing, foreignRegressions } from "../diff/foreign_gate.ts";
import { foreignMarkdown } from "../diff/foreign_markdown.ts";
import { type ForeignSide, readForeignSide } from "../diff/foreign_side.ts";
import { checkGate, type GateMetric, gateMetrics } from "../diff/gate_metrics.ts";
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
import { foreignDiffText } from "../terminal/foreign_diff_text.ts";
import { foreignDiffReport } from "../report/foreign_diff_report.ts";
import type { DIFF_FORMATS } from "./flag_values.ts";
import { diffReport } from "../report/diff_report.ts";
import { textDiffMarkdown } from "../diff/text_markdown.ts";
import { textDiffReport } from "../report/text_diff_report.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { counted } from "../base/counted.ts";
import { joined } from "../base/message.ts";
import { diffText } from "../terminal/diff_text.ts";
import { GateFailed } from "../terminal/exit_codes.ts";
import type { Io } from "../terminal/io.ts";
import { styleFor } from "../terminal/style.ts";

/** The flags of `diff`. */
export interface DiffFlags {
  readonly format: typeof DIFF_FORMATS[number];
  readonly failOnRegression: boolean;
  /** The metrics that `failOnRegression` is about, by their names on the command line. */
  readonly gate: readonly string[];
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
  const [foreignA, foreignB] = [await readForeignSide(a), await readForeignSide(b)];
  if (foreignA && foreignB) return await diffForeign(foreignA, foreignB, flags, io);
  const gate = gateMetrics(flags.gate);
  const kept = new KeptPredictions();
  const foreign = foreignA ?? foreignB;
  if (foreign !== undefined) {
    const own = foreign === foreignA ? b : a;
    await Deno.stat(own).catch(() => readSide(own, kept));
    throw new InputError(
      `${foreign.source} holds results of ${foreign.program}, and ${own} does not: compare two results of the same program`,
    );
  }
  if (await isTextSide(a) || await isTextSide(b)) {
    return await diffTexts(await readTextSide(a, kept), await readTextSide(b, kept), gate, flags, io);
  }
  const sides = [await readSide(a, kept), await readSide(b, kept)] as const;
  const found = diffOf(...sides, flags.alpha);
  if (flags.isGateChosen) {
    checkGate(gate, found.comparisons.flatMap(({ metrics }) => Object.keys(metrics)));
  }
  io.print((await render(found, flags.format, io)).trimEnd(), flags.format === "text" ? undefined : "data");
  const damaged = sides.flatMap((side) => side.damaged);
  const missing = missingRuns(...sides);
  await judge(
    { a, b, worse: regressions(found, gate), cases: gateCases(found, gate), missing, damaged, ...RUNS },
    flags,
    io,
  );
}

/** Two sides that another program has written. */
async function diffForeign(a: ForeignSide, b: ForeignSide, flags: DiffFlags, io: Io): Promise<void> {
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

/** What a gate is judged by. */
interface Judged {
  /** The sides, as named by the user. */
  readonly a: string;
  readonly b: string;
  /** What got worse. */
  readonly worse: readonly string[];
  /** The test case of each metric of the gate. */
  readonly cases: readonly GateCase[];
  /** What a side lacks of the other, or has not completed, and what is damaged or newer, a line each. */
  readonly missing: readonly string[];
  readonly damaged: readonly string[];
  /** Why the gate fails where something is missing, and the way out. */
  readonly whyMissing: string;
}

const RUNS = {
  whyMissing:
    "runs are missing, so that nothing is known of them: run their experiments again, or add --allow-missing",
} as const;

const EVALUATED = {
  whyMissing:
    "examples or values are missing, so that nothing is known of them: evaluate again, or add --allow-missing",
} as const;

/**
 * Reports what is missing and what is damaged or newer, writes the gate's test cases, and fails the gate.
 *
 * @throws {InputError} where damaged or newer runs were left out
 * @throws {GateFailed} where a metric of the gate got worse or runs are missing, if `failOnRegression` is set
 */
async function judge(
  { a, b, worse, cases, missing, damaged, whyMissing }: Judged,
  flags: DiffFlags,
  io: Io,
): Promise<void> {
  for (const line of missing) io.log(line);
  const lacking = [...flags.allowMissing ? [] : missing, ...damaged];
  await writeJunit(`${b} against ${a}`, [...cases, runsCase(lacking)], flags);
  if (flags.failOnRegression && worse.length > 0) {
    for (const line of damaged) io.log(line);
    throw new GateFailed(`${b} is worse than ${a} in ${worse.join(", ")}`);
  }
  if (damaged.length > 0) {
    // One may be in both sides.
    const lines = [...new Set(damaged)];
    throw new InputError(
      joined([`left out of the comparison: ${counted(lines.length, "run")}`, ...lines], "\n"),
    );
  }
  if (flags.failOnRegression && !flags.allowMissing && missing.length > 0) {
    throw new GateFailed(whyMissing);
  }
}

/** Two sides, of which at least one has runs whose answers are generated. */
async function diffTexts(
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
  await judge({ a: a.source, b: b.source, worse, cases, missing, damaged, ...RUNS }, flags, io);
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

async function renderForeign(diff: ForeignDiff, format: DiffFlags["format"], io: Io): Promise<string> {
  switch (format) {
    case "text":
      return foreignDiffText(diff, io.columns()).join("\n");
    case "markdown":
      return foreignMarkdown(diff);
    case "json":
      return JSON.stringify(foreignDiffJson(diff), null, 2);
    case "html":
      return await foreignDiffReport(diff);
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
