import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { gunzip } from "../base/gunzip.ts";
import { jsonPieces } from "../base/json_pieces.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { parseJson } from "../base/json_text.ts";
import { readTextLimited } from "../disk/read_limited.ts";
import { message, ofFile } from "../base/message.ts";
import { metricsFault, predictionFault } from "./check_scores.ts";
import { RUN_FILES } from "./file_schemas.ts";
import { checkFormat, RUN_FORMAT } from "./format.ts";
import { packRuns, unpackRuns } from "./packed_runs.ts";
import type { RunRecord } from "./read_run.ts";

/** The elements of a page that contain its runs: compressed JSON, which the page itself does not read. */
export type RunsElement = "softprompt-runs" | "softprompt-texts";

const END = "</script>";

/** What a diff can read: the way out where it is given something else. */
export const COMPARABLE =
  "name a run's folder, a sweep's, a saved report.html, summary.html or summary.json, or a baseline";

/** The largest report that is read, and the largest size of its unpacked runs, in bytes. */
const MOST_BYTES = 2 ** 28;
const MOST_UNPACKED = 2 ** 27;

/** The runs of a saved page. */
export interface SavedRuns {
  /** The complete ones by name; a single run's name is empty. */
  readonly runs: ReadonlyMap<string, RunRecord>;
  /** The folders of those that the sweep asked for and that were not complete. */
  readonly unfinished: readonly string[];
}

/**
 * Runs by name as an element of a page: a diff reads the saved page like the folder that it was made from.
 *
 * @param unfinished the folders of the runs that are not complete
 */
export async function runsElement(
  runs: ReadonlyMap<string, RunRecord>,
  unfinished: readonly string[] = [],
): Promise<string> {
  return await zippedElement("softprompt-runs", packRuns(runs, unfinished));
}

/** Data as an element of a page. */
export async function zippedElement(name: RunsElement, content: unknown): Promise<string> {
  const json = ReadableStream.from(jsonPieces(content)).pipeThrough(new TextEncoderStream());
  const zipped = await new Response(json.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  return `${beginOf(name)}${encodeBase64(zipped)}${END}`;
}

function beginOf(name: RunsElement): string {
  return `<script type="application/json+gzip" id="${name}">`;
}

/**
 * The data in an element of a saved page; `undefined` where it has none.
 *
 * @throws {InputError} where the page is too large or the data are damaged
 */
export async function contentOfElement(file: string, name: RunsElement): Promise<unknown> {
  const text = await readTextLimited(file, { most: MOST_BYTES, wayOut: COMPARABLE });
  const begin = beginOf(name);
  const from = text.indexOf(begin);
  const to = text.indexOf(END, from);
  if (from < 0 || to < 0) return undefined;
  return await orDamaged(file, () => unzipped(text.slice(from + begin.length, to)));
}

/**
 * The runs in a saved `report.html` or `summary.html`.
 *
 * @param mayHaveNone whether it has other runs, so that it need not have any whose answers are classes with probabilities
 * @throws {InputError} where the file is not such a report, is too large, or was written by a newer version
 */
export async function readReport(file: string, mayHaveNone = false): Promise<SavedRuns> {
  const content = await contentOfElement(file, "softprompt-runs");
  if (content !== undefined) return await checkedRuns(content, file, mayHaveNone);
  if (mayHaveNone) return { runs: new Map(), unfinished: [] };
  throw noReport(file, "holds no runs");
}

/**
 * Runs with their predictions that were packed into a file.
 *
 * @param content of the file, where the runs are @param mayHaveNone as in {@linkcode readReport}
 * @throws {InputError} where they are damaged, or were written by a newer version
 */
export async function checkedRuns(content: unknown, file: string, mayHaveNone = false): Promise<SavedRuns> {
  for (const environment of environmentsIn(content)) checkFormat(environment, RUN_FORMAT, file);
  const { runs, unfinished } = await orDamaged(file, () => {
    const packed = RUN_FILES.read("packed_runs", content, (fault) => new RangeError(fault));
    return { runs: unpackRuns(packed), unfinished: packed.unfinished ?? [] };
  });
  // A report of a sweep of which nothing is complete.
  if (runs.size === 0 && !mayHaveNone) throw noReport(file, "holds no runs");
  for (const { predictions, experiment, metrics } of runs.values()) {
    const classes = Object.keys(experiment.verbalizer);
    const { examples } = metrics.test;
    const wrong = predictions.length === examples
      ? metricsFault(metrics, classes)
      : `it has ${predictions.length} predictions of a run with ${examples} test examples`;
    if (wrong !== undefined) throw noReport(file, `is damaged (${wrong})`);
    for (const one of predictions) {
      RUN_FILES.read("prediction", one, () => noReport(file, "holds predictions without probabilities"));
      const fault = predictionFault(one, classes);
      if (fault !== undefined) throw noReport(file, `is damaged (the prediction of '${one.id}': ${fault})`);
    }
  }
  return { runs, unfinished };
}

async function unzipped(base64: string): Promise<unknown> {
  const json = await gunzip(decodeBase64(base64), MOST_UNPACKED);
  return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(json));
}

/** The environments that packed runs name, as far as these have a known shape. */
function environmentsIn(content: unknown): unknown[] {
  const runs = member(content, "runs");
  return Array.isArray(runs) ? runs.map((run) => member(run, "environment")) : [];
}

function member(content: unknown, key: string): unknown {
  return typeof content === "object" && content !== null ? Reflect.get(content, key) : undefined;
}

/** Reads a file that holds runs. @throws {InputError} saying that it is damaged, where reading it fails */
export async function orDamaged<Result>(file: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw noReport(file, `is damaged (${thrownMessage(error)})`);
  }
}

/** The error of a file that holds no runs, or damaged ones. @param why may quote the file */
export function noReport(file: string, why: string): InputError {
  return new InputError(message`${file} ${ofFile(why)}: ${COMPARABLE}`);
}
