import { dirname } from "@std/path";
import { counted } from "../base/counted.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { type GateCase, junitXml, runsCase } from "../diff/junit.ts";
import { beginsAs } from "../disk/begins_as.ts";
import { isDenied } from "../disk/denied.ts";
import { isAbsent } from "../disk/is_absent.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeWhole } from "../disk/write_whole.ts";
import { GateFailed } from "../terminal/exit_codes.ts";
import type { Io } from "../terminal/io.ts";
import type { DiffFlags } from "./diff.ts";

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

/** Why a gate fails where one side lacks runs of the other. */
export const MISSING_RUNS: string =
  "runs are missing, so that nothing is known of them: run their experiments again, or add --allow-missing";

/**
 * Reports what is missing and what is damaged or newer, writes the gate's test cases, and fails the gate.
 *
 * @throws {InputError} where damaged or newer runs were left out
 * @throws {GateFailed} where a metric of the gate got worse or runs are missing, if `failOnRegression` is set
 */
export async function judge(
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

/** The beginning of files that hold XML. */
const XML = "<?xml";

/** Refuses to write over a folder, and over a file that is no XML. */
export async function checkJunitPlace(file: string): Promise<void> {
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
