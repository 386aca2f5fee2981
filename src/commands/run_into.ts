import { join, relative, resolve } from "@std/path";
import type { Compiled } from "../compiler/mod.ts";
import { datasetName } from "../dataset/load.ts";
import type { Device } from "../device/device.ts";
import { Stopwatch, type Timing } from "../device/stopwatch.ts";
import type { Classifier } from "../evaluation/predict.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { runReport } from "../report/run_report.ts";
import { type Environment, softwareVersions } from "../results/environment.ts";
import { RUN_FORMAT } from "../results/format.ts";
import type { MetricsFile } from "../results/metrics_file.ts";
import { worstMistakes } from "../results/predictions.ts";
import type { RunFolder } from "../results/run_folder.ts";
import { samplesMarkdown } from "../results/samples.ts";
import type { FusedMember } from "../training/fused_steps.ts";
import { Interrupted } from "../training/trainer.ts";
import { classifyAll } from "./classify_all.ts";
import type { Form } from "./compile_model.ts";
import {
  compileExperiment,
  dataWarnings,
  encodeDataset,
  formOn,
  positionCounting,
  type Prepared,
  stepKey,
} from "./prepare.ts";
import type { RunOptions } from "./run_options.ts";
import { tunePrompt } from "./tune_prompt.ts";
import type { TuningSessions, Workbench } from "./workbench.ts";

/** How many of the worst mistakes `samples.md` shows. */
const MISTAKES = 10;

/** Tunes, classifies, and writes everything into the run's folder, which is complete then. */
export async function runInto(
  folder: RunFolder,
  prepared: Prepared,
  { title, results, signal, listener, workbench, seat }: RunOptions,
): Promise<MetricsFile> {
  const { experiment, model } = prepared;
  const stopwatch = new Stopwatch(), bare = await workbench.device(experiment.device);
  const device = stopwatch.watch(bare);
  listener.start(title, experiment.prompt.kind, device.description);
  const form = formOn(bare, experiment);
  const compiled = await stopwatch.count(
    "compiling",
    () => compileExperiment(prepared, form, join(results, ".cache")),
  );
  const encoded = encodeDataset(prepared, positionCounting(experiment.prompt.insertion, compiled));
  const cut = encoded.truncated.train + encoded.truncated.validation + encoded.truncated.test;
  if (cut > 0) {
    listener.say(`${title}: ${cut} texts are cut to fit the model's ${model.card.positions} positions`);
  }
  if (encoded.otherwise > 0) {
    listener.say(
      `warning: ${title}: ${encoded.otherwise} texts hold characters (U+200D, say) that this tokenizer takes in another way than Hugging Face's own, as its table of characters is approximated`,
    );
  }
  for (const line of dataWarnings(title, prepared.dataset)) listener.say(line);
  if (folder.checkpoint) listener.say(`${title}: going on after step ${folder.checkpoint.step}`);
  const soft = compiled && await tunePrompt(
    prepared,
    compiled,
    encoded,
    device,
    await tuningSessions(prepared, compiled, bare, stopwatch, workbench, seat),
    folder,
    title,
    listener,
    signal,
  );
  const classifier = soft?.classifier ?? await hardClassifier(prepared, form, bare, stopwatch, workbench);
  if (signal.aborted) throw new Interrupted(`${title} was interrupted before its test set was classified`);
  const { metrics, predictions, samples } = await classifyAll(prepared, encoded, classifier, soft);
  const environment = await environmentOf(prepared, device, stopwatch.timing, folder.path);
  await folder.writeJsonLines("predictions.jsonl", predictions);
  await folder.writeText("samples.md", samplesMarkdown(title, samples, worstMistakes(predictions, MISTAKES)));
  if (soft) {
    await folder.writeBytes("prompt.safetensors", promptFile(soft.prompt, experiment.prompt.insertion!));
    await folder.writeJson("neighbours.json", soft.neighbours);
  }
  await folder.writeJson("environment.json", environment);
  const report = runReport({
    title,
    experiment,
    metrics,
    environment,
    history: await folder.history(),
    predictions,
    samples,
    neighbours: soft?.neighbours ?? [],
  });
  await folder.writeText("report.html", await report);
  await folder.complete(metrics);
  return metrics;
}

/**
 * The compiled step, opened for this run or for one before it; its runs count as this run's. A run that takes its steps
 * together with others has its part in a bank's.
 */
async function tuningSessions(
  prepared: Prepared,
  compiled: Compiled,
  device: Device,
  stopwatch: Stopwatch,
  workbench: Workbench,
  seat: FusedMember | undefined,
): Promise<TuningSessions> {
  const key = stepKey(prepared);
  const { step, update, predict } = await stopwatch.count(
    "opening",
    () => workbench.tuning(device, compiled, key, seat ? "bank" : "one"),
  );
  return {
    step: stopwatch.timed(seat?.session(step) ?? step),
    update: stopwatch.timed(update),
    predict: stopwatch.timed(predict),
  };
}

async function hardClassifier(
  { experiment, model }: Prepared,
  form: Form,
  device: Device,
  stopwatch: Stopwatch,
  workbench: Workbench,
): Promise<Classifier> {
  const session = await stopwatch.count("opening", () => workbench.hard(device, model, form));
  return {
    session: stopwatch.timed(session),
    padId: model.tokenizer.padId,
    batchSize: experiment.evaluation.batchSize,
  };
}

async function environmentOf(
  { experiment, model, dataset, contentHash }: Prepared,
  device: Device,
  timing: Timing,
  path: string,
): Promise<Environment> {
  return {
    format: RUN_FORMAT,
    ...await softwareVersions(),
    device: { kind: device.kind, description: device.description },
    model: {
      ...experiment.model,
      ...(model.revision === null && { folder: relative(resolve(path), model.folder).replaceAll("\\", "/") }),
      sha256: model.sha256,
    },
    dataset: {
      name: datasetName(experiment.dataset),
      ...(dataset.revision !== null && { revision: dataset.revision }),
      sha256: dataset.sha256,
    },
    seed: experiment.seed,
    seconds: timing,
    content_hash: contentHash,
  };
}
