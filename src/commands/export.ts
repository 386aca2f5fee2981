import { join } from "@std/path";
import { checkOwn, listedChecksums, withChecksums } from "../disk/checksums.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import { InputError } from "../base/errors.ts";
import { isGeneratedExperiment, isLikelihoodExperiment } from "../experiment/class_experiment.ts";
import { classifierFiles } from "../formats/classifier.ts";
import type { ClassifierDtype } from "../formats/classifier_folder.ts";
import { staleModels } from "../formats/stale_models.ts";
import { wordsInCard } from "../formats/cards.ts";
import { readWeights } from "../results/model_weights.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { readAbout, readAnyAbout, readRun } from "../results/read_run.ts";
import { type WordRun, wordRun } from "../results/word_run.ts";
import { calibrationIn } from "../run/calibrate.ts";
import { compileHardModel, compileWholeModel } from "../artifacts/compile_model.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { modelOfRun } from "../inference/model_of_run.ts";
import type { OpenModel } from "../model/open_model.ts";
import { adapterFiles } from "./export_adapter.ts";
import { noteSpelled } from "./note_spelled.ts";
import { EXPORT_DTYPES, type EXPORT_FORMATS } from "./flag_values.ts";
import { compileExperiment, optimizerName, positionCounting } from "../run/compile_experiment.ts";

/** The flags of `export`. */
export interface ExportFlags {
  readonly format: typeof EXPORT_FORMATS[number];
  /** How the weights of a classifier or generator are stored; fp32 where it is left out. */
  readonly dtype?: typeof EXPORT_DTYPES[number];
  /** The folder to write. */
  readonly out: string;
  /** The model's folder, if it has moved since the run. */
  readonly model?: string;
}

type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * `softprompt export`: writes a run's prompt for other programs.
 *
 * @param folder of a complete run
 * @throws {InputError} where the format cannot hold it
 */
export async function exportRun(
  folder: string,
  flags: ExportFlags,
  io: CommandIo,
): Promise<void> {
  const { format, dtype, out } = flags;
  if (format !== "onnx" && dtype !== undefined) {
    const what = format === "peft" ? "an adapter for PEFT is" : "keys and values are";
    throw new InputError(`${what} in float32: use --dtype with --format onnx`);
  }
  const files = await filesOf(folder, flags, io);
  await checkOwn(out, Object.keys(files));
  const stale = await staleModels(out, files, EXPORT_DTYPES);
  const others = await listedChecksums(out);
  for (const name of others.keys()) {
    if (stale.includes(name) || !await isThere(join(out, name))) others.delete(name);
  }
  await onDisk(out, () => writeFolder(out, withChecksums(files, others), stale), "--out");
  for (const name of stale) io.log(`${join(out, name)} was of another run, and is removed`);
  io.print(`${out}: ${Object.keys(files).join(", ")}`);
}

/** The files of a run, which depend on what its answers are. */
async function filesOf(
  folder: string,
  { format, dtype = "fp32", model: instead }: ExportFlags,
  io: CommandIo,
): Promise<Files> {
  const any = await readAnyAbout(folder);
  const downloads = terminalDownloads(io);
  const { experiment, environment } = any;
  if (isGeneratedExperiment(experiment)) {
    const model = await modelOfRun(any, folder, instead, downloads);
    const run = { experiment, environment, folder, model };
    const { textAdapterFiles, textCacheFiles, textGeneratorFiles } = await import("./export_text.ts");
    if (format === "peft") return await textAdapterFiles(run, io);
    if (format === "cache") return await textCacheFiles(run, io);
    return await textGeneratorFiles(run, dtype, io);
  }
  if (isLikelihoodExperiment(experiment)) {
    const model = await modelOfRun(any, folder, instead, downloads);
    const run = { experiment, environment, folder, model };
    const { likelihoodAdapterFiles, likelihoodClassifier } = await import("./export_likelihood.ts");
    if (format === "peft") return await likelihoodAdapterFiles(run, io);
    if (format === "onnx") return await likelihoodClassifier(run, dtype, io);
    throw classifies(folder);
  }
  const about = wordRun(await readAbout(folder), folder, "export");
  if (format === "cache") {
    throw classifies(folder);
  }
  const model = await modelOfRun(about, folder, instead, downloads);
  return format === "peft"
    ? await peftFiles(about, folder, model, io)
    : await onnxFiles(about, folder, model, dtype, io);
}

function classifies(folder: string): InputError {
  return new InputError(
    `${folder} classifies, and a cache is for programs that write texts: use --format onnx, or name a run with 'answer.target'`,
  );
}

async function peftFiles(
  { experiment }: WordRun,
  folder: string,
  model: OpenModel,
  io: CommandIo,
): Promise<Files> {
  const { name, prompt, dataset: { clean } } = experiment;
  const subject = { name, clean, kind: model.card.kind, answers: wordsInCard(experiment) };
  return await adapterFiles(prompt, subject, folder, model, io);
}

async function onnxFiles(
  { experiment, metrics, environment }: WordRun,
  folder: string,
  model: OpenModel,
  dtype: ClassifierDtype,
  io: CommandIo,
): Promise<Files> {
  const target = { target: "cpu", precision: "float32" } as const;
  const compiled = await compileExperiment({ experiment, model }, target);
  const counting = positionCounting(experiment.prompt, compiled);
  const calibration = calibrationIn(metrics.calibration, Object.keys(experiment.verbalizer));
  const texts = (await readRun(folder)).predictions.map(({ text }) => text);
  const contentHash = environment.content_hash;
  const parts = { experiment, contentHash, model, counting, calibration, texts, dtype };
  noteSpelled(texts, model, `${folder}: the classifier`, io);
  if (experiment.tune === "all") {
    const { predict } = compileWholeModel(model, optimizerName(experiment.training), target);
    return await classifierFiles({ ...parts, predict, inputs: await readWeights(folder) });
  }
  return await classifierFiles({
    ...parts,
    predict: (compiled ?? compileHardModel(model, target)).predict,
    inputs: compiled ? { prompt: (await readPrompt(folder, compiled.dimension)).prompt } : {},
  });
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
