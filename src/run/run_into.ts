import { join, relative, resolve } from "@std/path";
import { stringify } from "yaml";
import { datasetName } from "../dataset/load.ts";
import { sha256 } from "../base/sha256.ts";
import type { Device } from "../device/device.ts";
import { Stopwatch, type Timing } from "../device/stopwatch.ts";
import type { EnsembleSpec } from "../experiment/types.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { runReport } from "../report/run_report.ts";
import { type EnsembleFile, ensembleFile } from "../results/ensemble_file.ts";
import { type Environment, softwareVersions } from "../results/environment.ts";
import { RUN_FORMAT } from "../results/format.ts";
import type { MetricsFile } from "../results/metrics_file.ts";
import { weightsFile } from "../results/model_weights.ts";
import { experimentSha256, type OwnFile } from "../results/own_files.ts";
import { worstMistakes } from "../results/predictions.ts";
import type { RunFolder } from "../results/run_folder.ts";
import { samplesMarkdown } from "../results/samples.ts";
import { Interrupted } from "../training/trainer.ts";
import { buildClassifier, trainedNumbers } from "./build_classifier.ts";
import { type CheckedRun, type CheckOutcome, checkRun } from "./check_run.ts";
import { classifyAll } from "./classify_all.ts";
import { dataWarnings, unknownWordsWarning } from "./data_warnings.ts";
import { encodeDataset } from "./encode_dataset.ts";
import { compileTargetOf, positionCounting } from "./compile_experiment.ts";
import { deviceForModel } from "./device_for_model.ts";
import type { Prepared } from "./prepare.ts";
import type { Members } from "./read_members.ts";
import { compileRun } from "./run_graphs.ts";
import type { RunOptions } from "./context.ts";
import { Sessions } from "./sessions.ts";

/** How many of the worst mistakes `samples.md` shows. */
const MISTAKES = 10;

/** Tunes, classifies, and writes everything into the run's folder, which is complete then. */
export async function runInto(
  folder: RunFolder,
  prepared: Prepared,
  options: RunOptions,
): Promise<MetricsFile> {
  const { title, results, signal, progress, resources } = options;
  const { experiment, model } = prepared;
  const stopwatch = new Stopwatch();
  const bare = deviceForModel(await resources.device(experiment.device), model.onnx);
  const device = stopwatch.watch(bare);
  progress.start(title, experiment.prompt.kind, device.description);
  const target = compileTargetOf(bare, experiment);
  const compiled = await stopwatch.count(
    "compiling",
    () => compileRun(prepared, target, join(results, ".cache"), resources),
  );
  const encoded = encodeDataset(prepared, positionCounting(experiment.prompt, compiled.prompt));
  const truncated = encoded.truncated.train + encoded.truncated.validation + encoded.truncated.test;
  if (truncated > 0) {
    progress.log(
      `${title}: ${truncated} texts are cut to fit the model's ${
        Math.min(model.card.positions ?? Infinity, model.card.sequence ?? Infinity)
      } positions`,
    );
  }
  if (encoded.otherwise > 0) {
    progress.log(
      `warning: ${title}: ${encoded.otherwise} texts hold characters that this tokenizer takes in another way than Hugging Face's own, whose tables of characters are others`,
    );
  }
  if (encoded.unknownWords.length > 0) progress.log(unknownWordsWarning(title, encoded.unknownWords));
  for (const line of dataWarnings(title, prepared)) progress.log(line);
  const check = await stopwatch.count("checking", () =>
    checkedFirst(
      { prepared, compiled, target, device: bare, cache: join(results, ".cache") },
      options,
    ));
  if (folder.damage !== undefined) {
    progress.log(`warning: ${title}: ${folder.damage}: tuning starts from the beginning`);
  }
  if (folder.checkpoint) progress.log(`${title}: going on after step ${folder.checkpoint.step}`);
  const sessions = new Sessions(prepared, bare, target, stopwatch, resources);
  const answer = await buildClassifier({ prepared, compiled, encoded, device, sessions, folder }, options);
  if (signal.aborted) throw new Interrupted(`${title} was interrupted before its test set was classified`);
  const { metrics, predictions, samples, transfer, each } = await classifyAll(
    prepared,
    encoded,
    answer.classifier,
    trainedNumbers(answer),
    answer.tuned,
  );
  const ensemble = prepared.members && experiment.ensemble &&
    ensembleOf(experiment.ensemble, prepared.members, each, metrics, folder.path);
  await folder.writeJsonLines("predictions.jsonl", predictions);
  for (const { name, predictions } of transfer) {
    await folder.writeJsonLines(`predictions.${name}.jsonl`, predictions);
  }
  await folder.writeText("samples.md", samplesMarkdown(title, samples, worstMistakes(predictions, MISTAKES)));
  const { soft, weights } = answer;
  const files: Partial<Record<OwnFile, string>> = {
    "experiment.yaml": experimentSha256(stringify(experiment)),
  };
  const writeOwn = async (name: OwnFile, bytes: Uint8Array<ArrayBuffer>) => {
    await folder.writeBytes(name, bytes);
    files[name] = await sha256(bytes);
  };
  if (weights) await writeOwn("model.safetensors", weightsFile(weights));
  if (soft && experiment.prompt.kind === "soft") {
    await writeOwn("prompt.safetensors", promptFile(soft.prompt, experiment.prompt.insertion));
    await folder.writeJson("neighbours.json", soft.meaning);
  }
  if (ensemble) await folder.writeJson("ensemble.json", ensemble);
  const environment = {
    ...environmentOf(prepared, device, stopwatch.timing, check, folder.path),
    files,
  };
  await folder.writeJson("environment.json", environment);
  const report = runReport({
    title,
    experiment,
    metrics,
    environment,
    history: await folder.history(),
    predictions,
    samples,
    ...(soft && { meaning: soft.meaning }),
    ...(ensemble && { ensemble }),
  });
  await folder.writeText("report.html", await report);
  await folder.complete(metrics);
  return metrics;
}

/** Compares what is compiled with the model's own file, unless that is not wanted; that it was not done is said. */
async function checkedFirst(
  run: CheckedRun,
  { title, progress, selfCheck }: RunOptions,
): Promise<CheckOutcome> {
  const outcome = selfCheck ? await checkRun(run) : { skipped: "--no-self-check" };
  if ("skipped" in outcome) {
    progress.log(
      `warning: ${title}: what is compiled was not compared with the model's own file (${outcome.skipped})`,
    );
  }
  return outcome;
}

/** An ensemble beside its members, whose folders are named from its own. */
function ensembleOf(
  { vote }: EnsembleSpec,
  { folders, sha256 }: Members,
  each: readonly number[],
  { test }: MetricsFile,
  path: string,
): EnsembleFile {
  const members = folders.map((folder, i) => ({
    run: relative(resolve(path), resolve(folder)).replaceAll("\\", "/"),
    accuracy: each[i]!,
    prompt_sha256: sha256[i]!,
  }));
  return ensembleFile(vote, members, test.accuracy.value);
}

function environmentOf(
  { experiment, model, dataset, transfer, commit, contentHash }: Prepared,
  device: Device,
  timing: Timing,
  check: CheckOutcome,
  path: string,
): Environment {
  const fromRun = (folder: string) => relative(resolve(path), folder).replaceAll("\\", "/");
  const found = transfer.flatMap(({ name, folder }) =>
    folder === null ? [] : [[name, { folder: fromRun(folder) }] as const]
  );
  return {
    format: RUN_FORMAT,
    ...softwareVersions(),
    ...commit,
    device: { kind: device.kind, description: device.description },
    model: {
      ...experiment.model,
      ...(model.revision === null && { folder: fromRun(model.folder) }),
      sha256: model.sha256,
      files: model.files,
    },
    dataset: {
      name: datasetName(experiment.dataset),
      ...(dataset.revision !== null && { revision: dataset.revision }),
      ...(dataset.folder !== null && { folder: fromRun(dataset.folder) }),
      sha256: dataset.sha256,
    },
    ...(found.length > 0 && { transfer: Object.fromEntries(found) }),
    seed: experiment.seed,
    self_check: check,
    seconds: timing,
    content_hash: contentHash,
  };
}
