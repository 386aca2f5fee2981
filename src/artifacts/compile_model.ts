import {
  compile,
  compileBank,
  type Compiled,
  type CompiledAnswer,
  type CompiledModel,
  compileHard,
  compileModelTuning,
  type CompileOptions,
  compilePrefix,
  type Insertion,
  type OptimizerName,
  type PrefixGraphs,
  type PromptGraphs,
} from "../compiler/mod.ts";
import type { DeviceKind } from "../device/device.ts";
import { RegionReader } from "../model/read_region.ts";
import type { ModelGraph } from "../model/open_model.ts";

/** The target that a model is compiled for, and the precision that it is compiled in. */
export type CompileTarget =
  & Required<Pick<CompileOptions, "target" | "precision">>
  & Pick<CompileOptions, "loss" | "answer">;

/** The target of the graphs for a kind of device. */
export function targetOf(kind: DeviceKind): CompileTarget["target"] {
  return kind === "webgpu" ? "webgpu" : "cpu";
}

/** Compiles a model's training step. */
export function compileModel(
  { graph, onnx, decoder }: ModelGraph,
  insertion: Insertion,
  optimizer: OptimizerName,
  options: CompileOptions,
): Compiled {
  using regions = new RegionReader();
  return compile(graph, onnx, insertion, optimizer, { ...options, decoder, read: regions.read });
}

/** Compiles the graphs of a bank, several prompts side by side. */
export function compileModelBank(
  { graph, onnx, decoder }: ModelGraph,
  insertion: Insertion,
  optimizer: OptimizerName,
  options: CompileOptions,
): PromptGraphs {
  using regions = new RegionReader();
  return compileBank(graph, onnx, insertion, optimizer, { ...options, decoder, read: regions.read });
}

/** Compiles a training step of a whole model. */
export function compileWholeModel(
  { graph, onnx }: ModelGraph,
  optimizer: OptimizerName,
  { target, loss = "plain" }: CompileTarget,
): CompiledModel {
  using regions = new RegionReader();
  return compileModelTuning(graph, onnx, optimizer, { target, loss, read: regions.read });
}

/** Compiles a model for hard prompts. */
export function compileHardModel(
  { graph, onnx, decoder }: ModelGraph,
  target: CompileTarget,
): CompiledAnswer {
  using regions = new RegionReader();
  return compileHard(graph, onnx, { ...target, decoder, read: regions.read });
}

/**
 * The number of values of each row before a prompt that later rows read (keys and values of attention), where steps can leave these
 * rows out; `undefined` where the model does not show that it is causal.
 */
export function valuesBeforePrompt(
  { graph, onnx, decoder }: ModelGraph,
  insertion: Insertion,
  optimizer: OptimizerName,
): number | undefined {
  // A prompt is among the texts of the encoder, whose rows all see each other.
  if (decoder !== undefined) return undefined;
  using regions = new RegionReader();
  const made = compilePrefix(graph, onnx, insertion, optimizer, { read: regions.read });
  return made && Object.keys(made.axes).length;
}

/** Compiles the graphs that leave out the rows before a prompt. @returns `undefined` where the model does not show that it is causal */
export function compileModelPrefix(
  { graph, onnx }: ModelGraph,
  insertion: Insertion,
  optimizer: OptimizerName,
  options: CompileTarget,
): PrefixGraphs | undefined {
  using regions = new RegionReader();
  const made = compilePrefix(graph, onnx, insertion, optimizer, { ...options, read: regions.read });
  // Made while the weights can be read.
  return made && { axes: made.axes, before: made.before, train: made.train, answer: made.answer };
}
