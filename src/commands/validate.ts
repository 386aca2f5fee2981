import { InputError } from "../base/errors.ts";
import { joined, type Message } from "../base/message.ts";
import { visible } from "../base/visible.ts";
import { parseOverrides } from "../experiment/override.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { earlierRuns } from "../results/earlier_runs.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { Notices } from "../terminal/notices.ts";
import { Pace } from "../terminal/pace.ts";
import { RunStages } from "../terminal/run_stages.ts";
import { runsChecked } from "../terminal/runs_checked.ts";
import { planJson } from "./plan_json.ts";
import { planLines, type SoundRun } from "./plan_lines.ts";
import { type SoundText, textPlanLines } from "./text_plan_lines.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { type PlannedRun, planSound, problemOf } from "../batch/plan.ts";
import { compileExperiment, positionCounting, stepKey } from "../run/compile_experiment.ts";
import { dataWarnings, overlap, templateHint, unknownWordsWarning } from "../run/warnings.ts";
import { encodeDataset, type OnEncoded } from "../run/encode_dataset.ts";
import { encodeTexts } from "../run/encode_texts.ts";
import { outOfReach, outOfReachWarning } from "../run/out_of_reach.ts";
import { type AskedText, type PreparedText, prepareText } from "../run/prepare_text.ts";
import type { AnyPrepared, Prepared } from "../run/prepare.ts";
import { isWordExperiment } from "../experiment/words_only.ts";
import { estimate } from "../batch/estimate.ts";
import { estimateSearch, type SearchEstimate } from "../batch/search_estimate.ts";
import { searchPlanLines } from "./search_plan_lines.ts";
import { ResourceCache } from "../run/resource_cache.ts";

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

/** What encoding an experiment's texts has revealed. */
interface Checked {
  readonly truncated: number;
  readonly unknownWords: readonly string[];
}

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
  const { runs, searches, problems: unsound } = await planSound(args, results, parseOverrides(overrides));
  const problems = [...unsound];
  const reporter = terminalDownloads(io);
  const resources = new ResourceCache({ reporter, keepsSessions: false });
  const checker = new Checker();
  const earlier = await earlierRuns(results);
  const sound: SoundRun[] = [];
  const notices = new Notices(io.log);
  const pace = new Pace();
  // The prompts of an ensemble exist only after their runs.
  const isEnsemble = ({ experiment: { ensemble } }: PlannedRun) => ensemble && "sweep" in ensemble;
  const ensembles = runs.filter(isEnsemble);
  const single = runs.flatMap((run) =>
    !isEnsemble(run) && isWordExperiment(run.experiment) ? [{ ...run, experiment: run.experiment }] : []
  );
  for (const [done, run] of single.entries()) {
    io.progress.show(runsChecked(run.title, done, single.length, pace));
    const stages = new RunStages(run.title);
    try {
      const estimated = await estimate(run, resources, { results, force: false, history: true }, earlier);
      const prepared = wordsIn(estimated.prepared);
      const { truncated, unknownWords } = await withPlaces(run, () =>
        checker.check(
          prepared,
          (done, total) => io.progress.show(stages.reach({ stage: "encoding", done, total })),
        ));
      if (unknownWords.length > 0) io.log(unknownWordsWarning(run.title, unknownWords));
      for (const notice of dataWarnings(run.title, prepared)) notices.log(notice);
      const hint = templateHint(run.title, run.experiment, prepared.model.card);
      if (hint !== undefined) notices.log(hint);
      if (estimated.damage !== undefined) {
        io.log(`warning: ${run.title}: ${estimated.damage}: it will be run again`);
      }
      sound.push({ ...estimated, prepared, run, truncated });
    } catch (error) {
      problems.push(problemOf(error, run.file));
    }
  }
  const texts = await checkTexts(runs, resources, notices, io, problems);
  const estimates: SearchEstimate[] = [];
  for (const search of searches) {
    try {
      estimates.push(await estimateSearch(search, results, resources, earlier));
    } catch (error) {
      problems.push(problemOf(error, search.file));
    }
  }
  io.progress.end();
  const distinct = [...new Map(problems.map((problem) => [problem.text, problem])).values()];
  if (json) io.print(planJson(sound, texts, ensembles, estimates, distinct), "data");
  else {
    const areNamed = new Set(sound.map(({ run: { file } }) => file)).size <= args.length;
    const isListed = verbose || areNamed && sound.length <= MOST_LISTED;
    for (const line of sound.length > 0 ? planLines(sound, isListed, io.columns()) : []) io.print(line);
    for (const line of texts.length > 0 ? textPlanLines(texts, io.columns()) : []) io.print(line);
    for (const line of ensembleLines(ensembles)) io.print(line);
    for (const line of searchPlanLines(estimates, io.columns())) io.print(line);
  }
  if (distinct.length > 0) throw new InputError(joined(distinct, "\n"));
}

/** What comes after the runs whose prompts it combines. */
function ensembleLines(ensembles: readonly PlannedRun[]): string[] {
  if (ensembles.length === 0) return [];
  const each = ensembles.map(({ title, ensembleRuns = [] }) => `${title}, ${ensembleRuns.length} prompts`);
  return [`and after them ${each.join("; ")}`];
}

/**
 * Checks experiments whose answers are texts: what they name, and their texts in the template.
 *
 * @param problems takes those that are found
 */
async function checkTexts(
  runs: readonly PlannedRun[],
  resources: ResourceCache,
  notices: Notices,
  io: CommandIo,
  problems: Message[],
): Promise<SoundText[]> {
  const sound: SoundText[] = [];
  for (const run of runs) {
    const { experiment, title, file } = run;
    if (isWordExperiment(experiment) || experiment.ensemble && "sweep" in experiment.ensemble) continue;
    const stages = new RunStages(title);
    try {
      const prepared = await withPlaces(run, () => prepareText({ experiment, file }, resources));
      const { truncated, targetTruncated } = await withPlaces(run, () =>
        encodeTexts(
          prepared,
          undefined,
          (done, total) => io.progress.show(stages.reach({ stage: "encoding", done, total })),
        ));
      const { unknownWords } = prepared;
      if (unknownWords.length > 0) io.log(unknownWordsWarning(title, unknownWords));
      const repeated = overlap(prepared.repeated, prepared.test.length);
      const asked = evaluatedOf(prepared);
      const { targets, reader, rules } = prepared;
      const unreachable = outOfReach({ experiment, reader, targets, rules }, asked);
      const warnings = [repeated, outOfReachWarning(unreachable, asked.length)]
        .flatMap((line) => line === undefined ? [] : [`warning: ${title}: ${line}`]);
      for (const line of [...prepared.notes.map((note) => `${title}: ${note}`), ...warnings]) {
        notices.log({ about: line, line: visible(line) });
      }
      const hint = templateHint(title, experiment, prepared.reader.card);
      if (hint !== undefined) notices.log(hint);
      sound.push({ title, prepared, truncated, targetTruncated, unreachable });
    } catch (error) {
      problems.push(problemOf(error, file));
    }
  }
  return sound;
}

/** The texts that are evaluated. */
function evaluatedOf({ validation, test, transfer }: PreparedText): AskedText[] {
  return [validation, test, ...transfer.map(({ examples }) => examples)].flat();
}

/** What a run with words has prepared. */
function wordsIn(prepared: AnyPrepared): Prepared {
  if (prepared.form === "word") return prepared;
  throw new TypeError("a run whose answers are texts is not checked as one with words");
}

/** Compiles and encodes, once for all runs that need the same. */
class Checker {
  private readonly checked = new Map<string, Promise<Checked>>();

  /** Counts the texts that do not fit the model's positions; errors in compiling the model and in the template show on the way. */
  check(prepared: Prepared, onEncoded: OnEncoded): Promise<Checked> {
    const { experiment: { prompt, training }, dataset, model } = prepared;
    const key = JSON.stringify([
      training ? stepKey(prepared) : model.onnx,
      dataset.sha256,
      prompt.template,
      promptLength(prompt),
    ]);
    const before = this.checked.get(key) ?? this.encode(prepared, onEncoded);
    this.checked.set(key, before);
    return before;
  }

  private async encode(prepared: Prepared, onEncoded: OnEncoded): Promise<Checked> {
    const compiled = await compileExperiment(prepared, {
      target: "cpu",
      precision: prepared.experiment.precision,
    });
    const { truncated, unknownWords } = await encodeDataset(
      prepared,
      positionCounting(prepared.experiment.prompt, compiled),
      undefined,
      onEncoded,
    );
    return { truncated: truncated.train + truncated.validation + truncated.test, unknownWords };
  }
}
