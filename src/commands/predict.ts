import { join } from "@std/path";
import type { DeviceKind } from "../device/device.ts";
import { InputError } from "../base/errors.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { NoClass } from "../dataset/columns.ts";
import { LabelScore } from "../evaluation/label_score.ts";
import type { TableKind } from "../experiment/table_kind.ts";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import { emptyLines, type Input, openGiven, truncatedLines } from "./given_input.ts";
import { classAnswers, type PredictionFormat, predictionWriter } from "./prediction_writer.ts";
import type { CommonLoadOptions } from "../inference/load_options.ts";
import { type LoadedRun, loadRun } from "../inference/load_run.ts";
import { readAnyAbout } from "../results/read_run.ts";

/** The flags of `predict`. */
export interface PredictFlags {
  /** A file of texts; `-` is standard input. */
  readonly file?: string;
  /** How the file is written; by default, its name says it, and standard input is JSON Lines. */
  readonly inputFormat?: TableKind;
  /** How the answers are written. */
  readonly format: PredictionFormat;
  /** The file's encoding; the default is that of the run's data where they are of the same kind, else UTF-8. */
  readonly encoding?: string;
  readonly device?: DeviceKind | "auto";
  /** The model's folder, if it has moved since the run. */
  readonly model?: string;
  /** A prompt that was tuned in the page of `serve`, in place of the run's own. */
  readonly prompt?: string;
  /** The folder of all results, with the cache of compiled steps. */
  readonly results: string;
}

/** The number of texts that are classified before their answers are written and more texts are read. */
const TOGETHER = 1024;

/**
 * `softprompt predict`: answers texts with a run's prompt, by classes or by texts. Writes the answers to standard output, a line each,
 * in the texts' order; where texts have labels or right answers, how good the answers are follows on standard error.
 *
 * @param folder of a complete run
 * @param the texts on the command line
 */
export async function predict(
  folder: string,
  texts: readonly string[],
  { file, inputFormat, format, encoding, device, model, prompt, results }: PredictFlags,
  io: CommandIo,
): Promise<void> {
  if ((file === undefined) === (texts.length === 0)) {
    throw new InputError("predict needs either texts or --file");
  }
  for (const [flag, value] of Object.entries({ "--encoding": encoding, "--input-format": inputFormat })) {
    if (value !== undefined && file === undefined) {
      throw new InputError(`${flag} can only be used with --file`);
    }
  }
  const input: Input = { texts, file, inputFormat, encoding, format };
  const loading: CommonLoadOptions = {
    ...(device !== undefined && { device }),
    ...(model !== undefined && { model }),
    cache: join(results, ".cache"),
    log: io.log,
    downloads: terminalDownloads(io),
  };
  if (isGeneratedExperiment((await readAnyAbout(folder)).experiment)) {
    if (prompt !== undefined) {
      throw new InputError(
        `--prompt takes the place of the prompt of a run of classes with probabilities, and the answers of ${folder} are generated: leave it out`,
      );
    }
    const { answerTexts } = await import("./predict_texts.ts");
    const run = await loadRun(folder, { ...loading, answers: "texts" });
    try {
      return await answerTexts(run, input, io);
    } finally {
      await run.release();
    }
  }
  const run = await loadRun(folder, { ...loading, ...(prompt !== undefined && { prompt }) });
  try {
    await classifyTexts(run, input, io);
  } finally {
    await run.release();
  }
}

async function classifyTexts(run: LoadedRun, input: Input, io: CommandIo): Promise<void> {
  const { columns: placeholders, experiment: { dataset }, classes } = run;
  const work = { stage: "classifying", together: TOGETHER } as const;
  const { parts, show } = await openGiven(input, { placeholders, dataset, classes }, work, io);
  const writer = predictionWriter(input.format, classAnswers(classes));
  const score = new LabelScore(classes);
  let count = 0;
  let truncated = 0;
  for await (const { part, before } of parts) {
    const answers = await run.classify(part.map(({ placed }) => placed), (done) => show(before + done));
    await io.write(writer.lines(answers.map((answer, i) => ({ shown: part[i]!.shown, answer }))));
    for (const [i, { predicted, truncated: dropped }] of answers.entries()) {
      const { label } = part[i]!;
      if (label !== undefined) score.see(label instanceof NoClass ? label.value : label, predicted);
      if (dropped > 0) truncated++;
    }
    count += part.length;
  }
  io.progress.end();
  const lines = [
    ...emptyLines(count, input),
    ...truncatedLines(truncated, count),
    ...writer.notes(),
    ...score.lines(),
  ];
  for (const line of lines) io.log(line);
}
