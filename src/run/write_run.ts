import { relative, resolve } from "@std/path";
import { countByClass } from "../dataset/class_counts.ts";
import type { Example } from "../dataset/example.ts";
import { type Dataset, datasetName } from "../dataset/load.ts";
import type { Device } from "../device/device.ts";
import type { Stopwatch } from "../device/stopwatch.ts";
import { isClassExperiment } from "../experiment/class_experiment.ts";
import type { EnsembleSpec } from "../experiment/types.ts";
import { promptFile } from "../prompt/prompt_file.ts";
import { runReport } from "../report/run_report.ts";
import { type EnsembleFile, ensembleFile } from "../results/ensemble_file.ts";
import { type Environment, softwareVersions } from "../results/environment.ts";
import { RUN_FORMAT } from "../results/format.ts";
import type { MetricsFile } from "../results/metrics_file.ts";
import { weightsFile } from "../results/model_weights.ts";
import { worstMistakes } from "../results/predictions.ts";
import { samplesMarkdown } from "../results/samples.ts";
import { SHOWN_EXAMPLES } from "../results/shown_examples.ts";
import type { BuiltClassifier } from "./build_classifier.ts";
import type { CheckOutcome } from "./check_run.ts";
import type { Classified } from "./classify_all.ts";
import type { RunContext } from "./context.ts";
import { listFiles } from "./list_files.ts";
import type { AnyPrepared, PreparedClasses } from "./prepare.ts";
import type { EnsemblePrompts } from "./read_ensemble_prompts.ts";

/** The number of worst mistakes in `samples.md`. */
const MISTAKES = 10;

/** Writes the results of a run into its folder, which completes it. */
export async function writeRun(
  prepared: PreparedClasses,
  { soft, weights }: Pick<BuiltClassifier<unknown>, "soft" | "weights">,
  { metrics, predictions, samples, transfer, each }: Classified,
  environment: Environment,
  { title, folder, written }: RunContext,
): Promise<void> {
  if (!isClassExperiment(written)) throw new TypeError(`${title} is written with other answers`);
  const { experiment, ensemblePrompts } = prepared;
  const shown = prepared.form === "word" ? [] : prepared.shown;
  const ensemble = experiment.ensemble && ensemblePrompts &&
    ensembleOf(experiment.ensemble, ensemblePrompts, each, metrics, folder.path);
  await folder.writeJsonLines("predictions.jsonl", predictions);
  for (const { name, predictions } of transfer) {
    await folder.writeJsonLines(`predictions.${name}.jsonl`, predictions);
  }
  await folder.writeJsonLines("samples.jsonl", samples);
  if (shown.length > 0) await folder.writeJsonLines(SHOWN_EXAMPLES, shown);
  await folder.writeText("samples.md", samplesMarkdown(title, samples, worstMistakes(predictions, MISTAKES)));
  if (weights) await folder.writeBytes("model.safetensors", weightsFile(weights));
  if (soft && experiment.prompt.kind === "soft") {
    await folder.writeBytes("prompt.safetensors", promptFile(soft.prompt, experiment.prompt.insertion));
    await folder.writeJson("neighbours.json", soft.meaning);
  }
  if (ensemble) await folder.writeJson("ensemble.json", ensemble);
  const listed = await listFiles(folder, environment, metrics, written);
  const report = runReport({
    title,
    experiment: written,
    metrics,
    environment: listed,
    history: await folder.history(),
    predictions,
    samples,
    ...(soft && { meaning: soft.meaning }),
    ...(ensemble && { ensemble }),
  });
  await folder.writeText("report.html", await report);
  await folder.complete(metrics);
}

/** An ensemble compared with its runs, whose folders are relative to its own. */
function ensembleOf(
  { vote }: EnsembleSpec,
  { folders, sha256 }: EnsemblePrompts,
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

/** The number of examples of each class in each part of a dataset. */
function classSizes({ classes, train, validation, test }: Dataset) {
  const sizes = (examples: readonly Example[]) => {
    const counts = countByClass(examples);
    return Object.fromEntries(classes.map((name) => [name, counts.get(name) ?? 0]));
  };
  return { train: sizes(train), validation: sizes(validation), test: sizes(test) };
}

/** The environment of a run, as written to `environment.json`. @param path the folder of its results */
export function environmentOf(
  { experiment, model, transfer, commit, contentHash, pathlessHash, ...prepared }: AnyPrepared,
  device: Device,
  { timing, peakMemory }: Pick<Stopwatch, "timing" | "peakMemory">,
  check: CheckOutcome,
  path: string,
): Environment {
  const { dataset } = prepared;
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
      ...(model.facts.multiplier !== 1 && { multiplier: model.facts.multiplier }),
      files: model.files,
    },
    dataset: {
      name: datasetName(experiment.dataset),
      ...(dataset.revision !== null && { revision: dataset.revision }),
      ...("folder" in dataset && dataset.folder !== null && { folder: fromRun(dataset.folder) }),
      sha256: dataset.sha256,
      ...("classes" in dataset && { classes: classSizes(dataset) }),
      ...(Object.keys(dataset.leftOut).length > 0 && { left_out: dataset.leftOut }),
    },
    ...(found.length > 0 && { transfer: Object.fromEntries(found) }),
    seed: experiment.seed,
    self_check: check,
    seconds: timing,
    peak_memory_bytes: peakMemory,
    time: new Date().toISOString(),
    content_hash: contentHash,
    content_hash_without_paths: pathlessHash,
  };
}
