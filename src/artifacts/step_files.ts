import { type Compiled, type PromptGraphs, readShape, writeShape } from "../compiler/mod.ts";
import type { ModelGraph } from "../model/open_model.ts";
import { GraphFolder } from "./graph_folder.ts";

/** The files of the graphs of one prompt, … */
export const STEP_FILES = {
  train: "train_step.onnx",
  update: "update.onnx",
  predict: "predict.onnx",
  answer: "answer.onnx",
  embed: "embed.onnx",
} as const;

/** … and of a bank. */
export const BANK_FILES = {
  train: "train_bank.onnx",
  predict: "predict_bank.onnx",
  answer: "answer_bank.onnx",
} as const;

const STEP = new GraphFolder("step_manifest", "step.json", "softprompt-step/1", STEP_FILES);
const BANK = new GraphFolder("bank_manifest", "bank.json", "softprompt-bank/1", BANK_FILES);

/** Whether a file is one that a folder of the graphs of one prompt, or of a bank, consists of. */
export function isStepFile(name: string): boolean {
  return STEP.isFile(name) || BANK.isFile(name);
}

/** Writes a folder of the graphs of one prompt, whole or not at all. */
export async function writeStep(
  folder: string,
  compiled: Compiled,
  model: Pick<ModelGraph, "weights">,
): Promise<void> {
  const { dimension, positions, scale, state } = compiled;
  const state_shapes = Object.fromEntries(state.map(({ name, shape }) => [name, writeShape(shape)]));
  await STEP.write(folder, compiled, { dimension, positions, scale, state_shapes }, model);
}

/** Reads a folder of the graphs of one prompt. @throws as `GraphFolder.read` does */
export async function readStep(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<Compiled> {
  const { manifest, whole } = await STEP.read(folder, model);
  const { dimension, positions, scale, state_shapes } = manifest;
  return {
    dimension,
    positions,
    scale,
    state: Object.entries(state_shapes).map(([name, shape]) => ({ name, shape: readShape(shape) })),
    train: whole("train"),
    update: whole("update"),
    predict: whole("predict"),
    answer: whole("answer"),
    embed: whole("embed"),
  };
}

/** Writes a folder of the graphs of a bank, whole or not at all. */
export async function writeBank(
  folder: string,
  graphs: PromptGraphs,
  model: Pick<ModelGraph, "weights">,
): Promise<void> {
  await BANK.write(folder, graphs, {}, model);
}

/** Reads a folder of the graphs of a bank. @throws as `GraphFolder.read` does */
export async function readBank(
  folder: string,
  model: Pick<ModelGraph, "onnx" | "weights">,
): Promise<PromptGraphs> {
  const { whole } = await BANK.read(folder, model);
  return { train: whole("train"), predict: whole("predict"), answer: whole("answer") };
}
