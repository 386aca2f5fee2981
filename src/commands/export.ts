import { join } from "@std/path";
import { checkOwn, listedChecksums, withChecksums } from "../disk/checksums.ts";
import { onDisk } from "../disk/on_disk.ts";
import { writeFolder } from "../disk/replace_folder.ts";
import { InputError } from "../base/errors.ts";
import { parseTemplate } from "../experiment/template.ts";
import { type ClassifierDtype, classifierFiles } from "../formats/classifier.ts";
import { staleModels } from "../formats/stale_models.ts";
import { peftAdapter } from "../formats/peft.ts";
import { adapterCard, scaleNote } from "../formats/cards.ts";
import { entryOf, times } from "../formats/embedding_scale.ts";
import { readJson } from "../disk/read_json.ts";
import { readWeights } from "../results/model_weights.ts";
import { readPrompt } from "../results/read_prompt.ts";
import { readAbout, readRun } from "../results/read_run.ts";
import { type WordRun, wordRun } from "../results/word_run.ts";
import { calibrationIn } from "../run/calibrate.ts";
import { compileHardModel, compileWholeModel } from "../artifacts/compile_model.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { terminalDownloads } from "../terminal/downloads.ts";
import { modelOfRun } from "../inference/model_of_run.ts";
import type { OpenModel } from "../model/open_model.ts";
import { EXPORT_DTYPES, type EXPORT_FORMATS } from "./flag_values.ts";
import { compileExperiment, optimizerName, positionCounting } from "../run/compile_experiment.ts";

/** The flags of `export`. */
export interface ExportFlags {
  readonly format: typeof EXPORT_FORMATS[number];
  /** How a classifier's weights are stored; fp32 where it is left out. */
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
  { format, dtype, out, model: instead }: ExportFlags,
  io: CommandIo,
): Promise<void> {
  if (format === "peft" && dtype !== undefined) {
    throw new InputError("an adapter for PEFT is in float32: use --dtype with --format onnx");
  }
  const about = wordRun(await readAbout(folder), folder, "export");
  const model = await modelOfRun(about, folder, instead, terminalDownloads(io));
  const files = format === "peft"
    ? await peftFiles(about, folder, model, io)
    : await onnxFiles(about, folder, model, dtype ?? "fp32", io);
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

async function peftFiles(
  { experiment }: WordRun,
  folder: string,
  model: OpenModel,
  io: CommandIo,
): Promise<Files> {
  const { prompt: soft } = experiment;
  if (soft.kind === "hard") {
    throw new InputError(
      `${folder} is a run of a hard prompt, which has no vectors to export: use --format onnx, or name a run of a soft prompt`,
    );
  }
  const { insertion, template, length } = soft;
  if (insertion !== "word-embeddings") {
    throw new InputError(
      `${folder} has its prompt after the embedding layer ('insertion: ${insertion}'), where PEFT cannot put one: it replaces word embeddings, to which positions and the layer's norm are still added. Tune one with 'prompt.insertion: word-embeddings'`,
    );
  }
  const [first, ...rest] = parseTemplate(template, length);
  if (first!.kind !== "prompt" || rest.some((piece) => piece.kind === "prompt")) {
    throw new InputError(
      `PEFT puts a prompt before everything, and the template of ${folder} has it elsewhere: "${template}"`,
    );
  }
  const config = await readJson(join(model.folder, "config.json"));
  const source = model.revision === null ? model.folder : model.source;
  const base = { source, revision: model.revision, config };
  const { scale } = model.facts;
  const { prompt } = await readPrompt(folder);
  const entry = scale === 1 ? undefined : entryOf(scale, prompt.dims[1]!);
  const note = entry && scaleNote(scale, entry);
  if (note) io.log(`${folder}: ${note}`);
  const vectors = entry === "before-scale" ? times(prompt, 1 / scale) : prompt;
  const adapter = peftAdapter(vectors, model.card.kind, base);
  return {
    "adapter_config.json": adapter.config,
    "adapter_model.safetensors": adapter.weights,
    "README.md": adapterCard(experiment, soft, model.card.kind, source, note, model.tokenizer),
  };
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
  const spelled = texts.find((text) => model.tokenizer.addedIn(text)?.special);
  if (spelled !== undefined) {
    io.log(
      `${folder}: texts that spell special tokens, such as "${spelled}", are tokenized as if they stood alone: the classifier may answer them differently from the run`,
    );
  }
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
