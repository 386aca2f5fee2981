import { InputError } from "../experiment/errors.ts";
import { checkFormat } from "./format.ts";
import type { RunRecord } from "./read_run.ts";
import { type PackedRuns, unpackRuns } from "./packed_runs.ts";

/** The data that a page holds, beside what it shows: a diff reads a saved report like the folder that it was made of. */
export interface SavedRuns {
  readonly kind: "run" | "sweep";
  readonly packed: PackedRuns;
}

/** The element of a page that holds its data. */
export const DATA_ID = "softprompt-data";

/**
 * The runs that a saved `report.html` or `summary.html` tells of, by name; a single run's name is empty.
 *
 * @throws {InputError} where the file is no such report
 */
export async function readReport(file: string): Promise<Map<string, RunRecord>> {
  const text = await Deno.readTextFile(file);
  const begin = `<script type="application/json" id="${DATA_ID}">`, from = text.indexOf(begin);
  const to = text.indexOf("</script>", from);
  const notOne = (why: string) =>
    new InputError(`${file} ${why}: name a run's folder, a sweep's, or a saved report.html or summary.html`);
  if (from < 0 || to < 0) throw notOne("is no report of softprompt, or it is cut off");
  const { kind, packed } = JSON.parse(text.slice(from + begin.length, to)) as SavedRuns;
  if (kind !== "run" && kind !== "sweep") {
    throw notOne(`is the report of a ${kind}, which has no predictions`);
  }
  const runs = unpackRuns(packed);
  for (const { environment } of runs.values()) checkFormat(environment.format, file);
  return runs;
}
