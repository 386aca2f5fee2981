import type { Compiled } from "../compiler/mod.ts";
import { chooseDevice } from "../device/choose.ts";
import type { Device } from "../device/device.ts";
import { writeSafetensors } from "../device/safetensors.ts";
import { Stopwatch, type Timing } from "../device/stopwatch.ts";
import { measure } from "../evaluation/metrics.ts";
import { type Classifier, classLogits, illegalRate, indexOfLargest } from "../evaluation/predict.ts";
import type { Experiment } from "../experiment/types.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { softwareVersions } from "../results/environment.ts";
import { predictionsOf, probabilitiesOf, worstMistakes } from "../results/predictions.ts";
import { reportHtml } from "../results/report.ts";
import { RunFolder } from "../results/run_folder.ts";
import { samplesMarkdown } from "../results/samples.ts";
import type { MetricsFile, PartMetrics } from "../results/metrics_file.ts";
import { Interrupted } from "../training/trainer.ts";
import { compileHardModel } from "./compile_model.ts";
import { say } from "./console.ts";
import {
  compileExperiment,
  encodeDataset,
  type EncodedDataset,
  positionCounting,
  prepare,
  type Prepared,
} from "./prepare.ts";
import { type TunedPrompt, tunePrompt } from "./tune_prompt.ts";

/** How many of the worst mistakes `samples.md` shows. */
const MISTAKES = 10;

/** How to run an experiment. */
export interface RunOptions {
  /** The experiment file, which paths are relative to. */
  readonly file: string;
  /** Where the results go. */
  readonly path: string;
  /** Where compiled steps are kept from run to run. */
  readonly cache: string;
  /** Run it though its results are there already. */
  readonly force: boolean;
  /** Interrupts between two steps. */
  readonly signal: AbortSignal;
}

/**
 * Runs one experiment, from its parsed file to its results.
 *
 * @returns what `metrics.json` says, and whether it was there already
 */
export async function runExperiment(
  experiment: Experiment,
  options: RunOptions,
): Promise<{ metrics: MetricsFile; skipped: boolean }> {
  if (options.signal.aborted) throw new Interrupted(`interrupted before ${experiment.name}`);
  const prepared = await prepare(experiment, options.file);
  const finished = options.force ? undefined : await RunFolder.finished(options.path);
  if (finished?.contentHash === prepared.contentHash) return { metrics: finished.metrics, skipped: true };
  const folder = await RunFolder.begin(options.path, prepared.contentHash, experiment, options.force);
  try {
    return { metrics: await runInto(folder, prepared, options), skipped: false };
  } catch (error) {
    const status = error instanceof Interrupted ? "interrupted" : "failed";
    await folder.fail(status, error instanceof Error ? error.message : String(error));
    if (folder.hasCheckpoint) {
      const hint = status === "interrupted" ? ": the same command goes on from it" : "";
      say(`the last good checkpoint is in ${folder.partialPath}${hint}`);
    }
    throw error;
  }
}

async function runInto(
  folder: RunFolder,
  prepared: Prepared,
  { cache, signal }: RunOptions,
): Promise<MetricsFile> {
  const { experiment, model } = prepared;
  const stopwatch = new Stopwatch(), device = stopwatch.watch(await chooseDevice(experiment.device, say));
  say(`${experiment.name}: ${experiment.prompt.kind} prompt on ${device.description}`);
  const compiled = await stopwatch.count("compiling", () => compileExperiment(prepared, cache));
  const encoded = encodeDataset(prepared, positionCounting(prepared, compiled));
  const cut = encoded.truncated.train + encoded.truncated.validation + encoded.truncated.test;
  if (cut > 0) {
    say(`${experiment.name}: ${cut} texts are cut to fit the model's ${model.card.positions} positions`);
  }
  if (folder.checkpoint) say(`${experiment.name}: going on after step ${folder.checkpoint.step}`);
  const soft = compiled && await tunePrompt(prepared, compiled, encoded, device, folder, signal);
  const classifier = soft?.classifier ?? await hardClassifier(prepared, device);
  if (signal.aborted) throw new Interrupted("interrupted before the test set was classified");
  const metrics = await writeResults(folder, prepared, encoded, classifier, soft);
  if (compiled && soft) await writePrompt(folder, experiment, compiled, soft);
  await writeEnvironment(folder, prepared, device, stopwatch.timing);
  await folder.writeText("report.html", reportHtml(await folder.contents()));
  await folder.complete();
  await classifier.session.release();
  return metrics;
}

async function hardClassifier({ experiment, model }: Prepared, device: Device): Promise<Classifier> {
  const session = await device.open(await compileHardModel(model));
  return { session, padId: model.tokenizer.padId, batchSize: experiment.evaluation.batchSize };
}

/** Classifies validation set, test set and samples, and writes what came of it. */
async function writeResults(
  folder: RunFolder,
  { experiment, dataset, verbalizer, model }: Prepared,
  encoded: EncodedDataset,
  classifier: Classifier,
  soft: TunedPrompt | undefined,
): Promise<MetricsFile> {
  const { classes, tokens } = verbalizer, started = performance.now();
  const classify = (examples: readonly LabelledEncoding[]) => classLogits(classifier, examples, tokens);
  const logits = { test: await classify(encoded.test), validation: await classify(encoded.validation) };
  const seconds = (performance.now() - started) / 1000;
  const part = async (name: "test" | "validation"): Promise<PartMetrics> => ({
    ...measure(logits[name], encoded[name].map(({ label }) => label), classes),
    illegal_rate: await illegalRate(classifier, encoded[name], tokens, model.tokenizer.size),
  });
  const metrics: MetricsFile = {
    status: "complete",
    best_step: soft?.tuned.bestStep ?? 0,
    seconds: soft?.tuned.seconds ?? seconds,
    examples_per_second: soft?.tuned.examplesPerSecond ??
      (encoded.test.length + encoded.validation.length) / seconds,
    truncated: encoded.truncated,
    test: await part("test"),
    ...(encoded.validation.length > 0 && { validation: await part("validation") }),
  };
  const predictions = await predictionsOf(dataset.test, logits.test, classes);
  const sampleLogits = await classify(encoded.samples);
  const samples = experiment.evaluation.samples.map((sample, i) => ({
    ...sample,
    predicted: classes[indexOfLargest(sampleLogits[i]!)]!,
    probabilities: probabilitiesOf(sampleLogits[i]!, classes),
  }));
  await folder.writeJson("metrics.json", metrics);
  await folder.writeJsonLines("predictions.jsonl", predictions);
  await folder.writeText(
    "samples.md",
    samplesMarkdown(experiment.name, samples, worstMistakes(predictions, MISTAKES)),
  );
  return metrics;
}

async function writePrompt(
  folder: RunFolder,
  experiment: Experiment,
  { dimension }: Compiled,
  soft: TunedPrompt,
): Promise<void> {
  const metadata = {
    format: "softprompt-prompt/1",
    insertion: experiment.prompt.insertion!,
    length: String(experiment.prompt.length),
    dimension: String(dimension),
  };
  await folder.writeBytes(
    "prompt.safetensors",
    writeSafetensors({ tensors: { prompt: soft.prompt }, metadata }),
  );
  await folder.writeJson("neighbours.json", soft.neighbours);
}

async function writeEnvironment(
  folder: RunFolder,
  { experiment, model, dataset, contentHash }: Prepared,
  device: Device,
  timing: Timing,
): Promise<void> {
  await folder.writeJson("environment.json", {
    ...await softwareVersions(),
    device: { kind: device.kind, description: device.description },
    model: { source: experiment.model.source, file: experiment.model.file, sha256: model.sha256 },
    dataset: { name: experiment.dataset.name ?? experiment.dataset.file, sha256: dataset.sha256 },
    seed: experiment.seed,
    seconds: timing,
    content_hash: contentHash,
  });
}
