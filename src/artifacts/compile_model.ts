import {
  compile,
  type Compiled,
  type CompiledAnswer,
  type CompiledModel,
  compileHard,
  compileModelTuning,
  type CompileOptions,
  type Insertion,
  type OptimizerName,
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
