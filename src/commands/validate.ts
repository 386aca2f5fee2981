import { InputError } from "../base/errors.ts";
import { joined } from "../base/message.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import { earlierRuns } from "../results/earlier_runs.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { classLine } from "./class_line.ts";
import { duration } from "../terminal/duration.ts";
import type { Io } from "../terminal/io.ts";
import { tableLines } from "../terminal/table.ts";
import { withPlaces } from "../experiment/read_experiment_file.ts";
import { type PlannedRun, planSound, problemOf } from "../batch/plan.ts";
import { compileExperiment, positionCounting, stepKey } from "../run/compile_experiment.ts";
import { dataWarnings, unknownWordsWarning } from "../run/warnings.ts";
import { encodeDataset } from "../run/encode_dataset.ts";
import type { Prepared } from "../run/prepare.ts";
import { estimate, type EstimatedRun } from "../batch/estimate.ts";
import { ResourceCache } from "../run/resource_cache.ts";

/** The flags of `validate`. */
export interface ValidateFlags {
  /** The folder of all results: times are estimated from earlier runs. */
  readonly results: string;
}

/** A run without problems. */
type Sound = EstimatedRun & { readonly run: PlannedRun; readonly truncated: number };

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
export async function validate(args: readonly string[], { results }: ValidateFlags, io: Io): Promise<void> {
  const { runs, problems: unsound } = await planSound(args, results);
  const problems = [...unsound];
  const reporter = terminalDownloads({ log: () => {}, bars: io.bars });
  const resources = new ResourceCache({ reporter, keepsSessions: false });
  const checker = new Checker();
  const earlier = await earlierRuns(results);
  const sound: Sound[] = [];
  // The prompts of an ensemble exist only after their runs.
  const isEnsemble = ({ experiment: { ensemble } }: PlannedRun) => ensemble && "sweep" in ensemble;
  const ensembles = runs.filter(isEnsemble);
  for (const run of runs.filter((one) => !isEnsemble(one))) {
    try {
      const estimated = await estimate(run, resources, false, earlier);
      const { truncated, unknownWords } = await withPlaces(run, () => checker.check(estimated.prepared));
      if (unknownWords.length > 0) io.log(unknownWordsWarning(run.title, unknownWords));
      for (const line of dataWarnings(run.title, estimated.prepared)) io.log(line);
      if (estimated.damage !== undefined) {
        io.log(`warning: ${run.title}: ${estimated.damage}: it will be run again`);
      }
      sound.push({ ...estimated, run, truncated });
    } catch (error) {
      problems.push(problemOf(error, run.file));
    }
  }
  for (const line of sound.length > 0 ? report(sound) : []) io.print(line);
  if (ensembles.length > 0) {
    io.print(
      `and after them ${
        ensembles.map(({ title, ensembleRuns = [] }) => `${title}, ${ensembleRuns.length} prompts`).join("; ")
      }`,
    );
  }
  const distinct = [...new Map(problems.map((problem) => [problem.text, problem])).values()];
  if (distinct.length > 0) throw new InputError(joined(distinct, "\n"));
}

/** Compiles and encodes, once for all runs that need the same. */
class Checker {
  private readonly checked = new Map<string, Promise<Checked>>();

  /** Counts the texts that do not fit the model's positions; errors in compiling the model and in the template show on the way. */
  check(prepared: Prepared): Promise<Checked> {
    const { experiment: { prompt, training }, dataset, model } = prepared;
    const key = JSON.stringify([
      training ? stepKey(prepared) : model.onnx,
      dataset.sha256,
      prompt.template,
      promptLength(prompt),
    ]);
    const before = this.checked.get(key) ?? this.encode(prepared);
    this.checked.set(key, before);
    return before;
  }

  private async encode(prepared: Prepared): Promise<Checked> {
    const compiled = await compileExperiment(prepared, {
      target: "cpu",
      precision: prepared.experiment.precision,
    });
    const { truncated, unknownWords } = await encodeDataset(
      prepared,
      positionCounting(prepared.experiment.prompt, compiled),
    );
    return { truncated: truncated.train + truncated.validation + truncated.test, unknownWords };
  }
}

function report(sound: readonly Sound[]): string[] {
  const lines = tableLines(
    ["run", "prompt", "train", "validation", "test", "truncated", "steps", "time", "results"],
    sound.map((
      { run: { title, path }, prepared: { experiment, dataset }, steps, truncated, state, seconds },
    ) => [
      title,
      experiment.prompt.kind === "soft" ? `soft, ${experiment.prompt.length}` : "hard",
      String(dataset.train.length),
      String(dataset.validation.length),
      String(dataset.test.length),
      String(truncated),
      String(steps),
      state === "complete" ? "done" : seconds === undefined ? "?" : `about ${duration(seconds)}`,
      state === "new" ? path : `${path} (${state})`,
    ]),
  );
  return [...lines, "", ...classLines(sound), "", total(sound)];
}

/** The number of examples of each class, once for all runs with the same data. */
function classLines(sound: readonly Sound[]): string[] {
  const byData = Map.groupBy(sound, ({ prepared: { dataset } }) => dataset.sha256);
  return [...byData.values()].map((runs) =>
    classLine(runs[0]!.run.title, runs.length, runs[0]!.prepared.dataset)
  );
}

function total(sound: readonly Sound[]): string {
  const left = sound.filter(({ state }) => state !== "complete");
  const done = sound.length - left.length;
  const unknown = left.filter(({ seconds }) => seconds === undefined).length;
  const seconds = left.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const time = unknown === left.length
    ? "no earlier run of these models to estimate the time from"
    : `about ${duration(seconds)} estimated from earlier runs${
      unknown > 0 ? `, ${unknown} of them unknown` : ""
    }`;
  const steps = left.reduce((sum, one) => sum + one.steps, 0);
  return [
    `${count(left.length, "run")} to do, ${count(steps, "step")}${left.length > 0 ? `: ${time}` : ""}`,
    ...(done > 0 ? [`${done} done already`] : []),
  ].join("; ");
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
