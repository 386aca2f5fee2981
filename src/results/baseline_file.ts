import { COMMAND } from "../base/called_as.ts";
import { withoutSha256, withSha256 } from "../base/sha256.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { readJson } from "../disk/read_json.ts";
import { DamagedRun } from "./damaged_run.ts";
import { RUN_FILES } from "./file_schemas.ts";
import { checkFormat, RUN_FORMAT } from "./format.ts";
import { packRuns } from "./packed_runs.ts";
import { packTexts, unpackTexts } from "./packed_texts.ts";
import type { RunRecord } from "./read_run.ts";
import type { TextRunRecord } from "./read_text_run.ts";
import { checkedRuns, COMPARABLE, orDamaged } from "./saved_report.ts";

/** The format of a baseline that this version writes, and the newest that it reads. */
const BASELINE_FORMAT = "softprompt-baseline/1";

/** The way out of a damaged one. */
const SET_AGAIN = `set it again by '${COMMAND} baseline set', or put back what is committed`;

/** The runs of a baseline, by name (a single one's is empty): their answers are classes with probabilities, or generated texts. */
export type BaselineRuns =
  | { readonly kind: "classes"; readonly runs: ReadonlyMap<string, RunRecord> }
  | { readonly kind: "texts"; readonly runs: ReadonlyMap<string, TextRunRecord> };

/** A baseline that was read. */
export type Baseline = BaselineRuns & {
  /** The folder or the report that it was made of. */
  readonly source: string;
};

/**
 * The text of a baseline's file, in one line: thousands of numbers would be as many lines of a commit.
 *
 * @param source the folder or the report that it is made of
 */
export function baselineText(source: string, found: BaselineRuns): string {
  const content = found.kind === "texts"
    ? { texts: packTexts(found.runs) }
    : { classes: packRuns(found.runs) };
  return `${JSON.stringify(withSha256({ format: BASELINE_FORMAT, source, ...content }))}\n`;
}

/**
 * Reads a baseline.
 *
 * @throws {InputError} where it is none, is damaged, or was written by a newer version
 */
export async function readBaseline(file: string): Promise<Baseline> {
  const found = await readJson(file);
  checkBaselineFormat(found, file);
  const refuse = (fault: string) => new DamagedRun(message`${file} is damaged (${ofFile(fault)})`, SET_AGAIN);
  const content = unchanged(found, refuse);
  const { source, classes, texts } = RUN_FILES.read("baseline_file", content, refuse);
  if (classes !== undefined) return { source, kind: "classes", ...await checkedRuns(classes, file) };
  if (texts === undefined) throw refuse("it holds no runs");
  for (const { environment } of texts.runs) checkFormat(environment, RUN_FORMAT, file);
  return { source, kind: "texts", runs: await orDamaged(file, () => unpackTexts(texts)) };
}

/** @throws {InputError} where a newer version wrote it, or it is no baseline */
function checkBaselineFormat(found: unknown, file: string): void {
  try {
    checkFormat(found, BASELINE_FORMAT, file);
  } catch (error) {
    throw error instanceof DamagedRun ? new InputError(`${file} holds no runs: ${COMPARABLE}`) : error;
  }
}

/** The content of a file that has its own hash. */
function unchanged(found: unknown, refuse: (fault: string) => Error): unknown {
  try {
    return withoutSha256(found);
  } catch (error) {
    throw error instanceof RangeError ? refuse(error.message) : error;
  }
}
