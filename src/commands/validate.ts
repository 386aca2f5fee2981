import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import type { PlannedRun } from "../batch/plan.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { checkRuns } from "./checked_runs.ts";
import { planJson } from "./plan_json.ts";
import { planLines } from "./plan_lines.ts";
import { searchPlanLines } from "./search_plan_lines.ts";
import { textPlanLines } from "./text_plan_lines.ts";

/** The flags of `validate`. */
export interface ValidateFlags {
  /** The folder of all results: times are estimated from earlier runs. */
  readonly results: string;
  /** Whether each run is listed, however many they are. */
  readonly verbose: boolean;
  /** Keys set to other values, for example `prompt.length=5`. */
  readonly overrides: readonly string[];
  readonly json: boolean;
}

/** The largest number of runs that are listed unasked, of files that are named one by one. */
const MOST_LISTED = 10;

/**
 * `softprompt validate`: checks experiment files and everything that they name, without running them, and shows what would run,
 * with the number of steps and an estimate of the time.
 *
 * @param args files, folders and patterns
 * @throws {InputError} with the problems of all files
 */
export async function validate(
  args: readonly string[],
  { results, verbose, overrides, json }: ValidateFlags,
  io: CommandIo,
): Promise<void> {
  const { sound, texts, ensembles, searches, problems } = await checkRuns(
    args,
    results,
    overrides,
    ({ dataset }) => dataset.sha256,
    io,
  );
  if (json) io.print(planJson(sound, texts, ensembles, searches, problems), "data");
  else {
    const areNamed = new Set(sound.map(({ run: { file } }) => file)).size <= args.length;
    const isListed = verbose || areNamed && sound.length <= MOST_LISTED;
    for (const line of sound.length > 0 ? planLines(sound, isListed, io.columns()) : []) io.print(line);
    for (const line of texts.length > 0 ? textPlanLines(texts, io.columns()) : []) io.print(line);
    for (const line of ensembleLines(ensembles)) io.print(line);
    for (const line of searchPlanLines(searches, io.columns())) io.print(line);
  }
  if (problems.length > 0) throw new InputError(joined(problems, "\n"));
}

/** What comes after the runs whose prompts it combines. */
function ensembleLines(ensembles: readonly PlannedRun[]): string[] {
  if (ensembles.length === 0) return [];
  const each = ensembles.map(({ title, ensembleRuns = [] }) => `${title}, ${ensembleRuns.length} prompts`);
  return [`and after them ${each.join("; ")}`];
}
