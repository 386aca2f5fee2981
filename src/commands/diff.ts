import { InputError } from "../base/errors.ts";
import { readForeignSide } from "../diff/foreign_side.ts";
import { gateMetrics } from "../diff/gate_metrics.ts";
import { isTextSide, readSide, readTextSide } from "../diff/side.ts";
import { KeptPredictions } from "../results/kept_predictions.ts";
import type { Io } from "../terminal/io.ts";
import type { DIFF_FORMATS } from "./flag_values.ts";
import { checkJunitPlace } from "./judged_diff.ts";

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
  if (foreignA && foreignB) {
    const { diffForeign } = await import("./diff_foreign.ts");
    return await diffForeign(foreignA, foreignB, flags, io);
  }
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
    const { diffTexts } = await import("./diff_texts.ts");
    return await diffTexts(await readTextSide(a, kept), await readTextSide(b, kept), gate, flags, io);
  }
  const { diffClasses } = await import("./diff_classes.ts");
  await diffClasses(await readSide(a, kept), await readSide(b, kept), gate, flags, io);
}
