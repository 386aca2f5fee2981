import type { Message } from "../base/message.ts";
import { visible } from "../base/visible.ts";
import { estimate } from "../batch/estimate.ts";
import { type PlannedRun, planSound, problemOf } from "../batch/plan.ts";
import { estimateSearch, type SearchEstimate } from "../batch/search_estimate.ts";
import { parseOverrides } from "../experiment/override.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { isWordExperiment } from "../experiment/words_only.ts";
import { earlierRuns, type Throughput } from "../results/earlier_runs.ts";
import { compileExperiment, positionCounting, stepKey } from "../run/compile_experiment.ts";
import { encodeDataset, type OnEncoded } from "../run/encode_dataset.ts";
import { encodeTexts } from "../run/encode_texts.ts";
import { outOfReach, outOfReachWarning } from "../run/out_of_reach.ts";
import type { AnyPrepared, Prepared } from "../run/prepare.ts";
import type { AskedText, PreparedText } from "../run/prepare_text.ts";
import { ResourceCache } from "../run/resource_cache.ts";
import { dataWarnings, overlap, templateHint, unknownWordsWarning } from "../run/warnings.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { Notices } from "../terminal/notices.ts";
import { Pace } from "../terminal/pace.ts";
import { RunStages } from "../terminal/run_stages.ts";
import { runsChecked } from "../terminal/runs_checked.ts";
import type { SoundRun } from "./plan_lines.ts";
import type { SoundText } from "./text_plan_lines.ts";

/** What files ask for, checked with everything that they name. */
export interface CheckedRuns {
  readonly sound: readonly SoundRun[];
  readonly texts: readonly SoundText[];
  /** Those of a sweep, whose prompts exist only after their runs. */
  readonly ensembles: readonly PlannedRun[];
  readonly searches: readonly SearchEstimate[];
  /** Each once. */
  readonly problems: readonly Message[];
  /** How fast earlier runs went. */
  readonly earlier: readonly Throughput[];
  /** What has been read. */
  readonly resources: ResourceCache;
}

/** What encoding an experiment's texts has revealed. */
interface Checked {
  readonly truncated: number;
  readonly unknownWords: readonly string[];
}

/**
 * Checks experiment files and everything that they name, without running them. What is on the hub is downloaded.
 *
 * @param args files, folders and patterns
 * @param results the folder of all results
 * @param overrides keys set to other values
 * @param textsKey equal for runs of which the texts of one are encoded for all: those of the same data, or of all draws from them
 */
export async function checkRuns(
  args: readonly string[],
  results: string,
  overrides: readonly string[],
  textsKey: (prepared: Prepared) => string,
  io: CommandIo,
): Promise<CheckedRuns> {
  const { runs, searches, problems: unsound } = await planSound(args, results, parseOverrides(overrides));
  const problems = [...unsound];
  const reporter = terminalDownloads(io);
  const resources = new ResourceCache({ reporter, keepsSessions: false });
  const checker = new Checker(textsKey);
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
  return { sound, texts, ensembles, searches: estimates, problems: distinct, earlier, resources };
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
    const { prepareText } = await import("../run/prepare_text.ts");
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
      sound.push({ run, prepared, truncated, targetTruncated, unreachable });
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

  constructor(private readonly textsKey: (prepared: Prepared) => string) {}

  /** Counts the texts that do not fit the model's positions; errors in compiling the model and in the template show on the way. */
  check(prepared: Prepared, onEncoded: OnEncoded): Promise<Checked> {
    const { experiment: { prompt, training }, model } = prepared;
    const key = JSON.stringify([
      training ? stepKey(prepared) : model.onnx,
      this.textsKey(prepared),
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
