/**
 * The compiler: from the inference graph of a frozen language model to the graph of one training step of a soft prompt.
 * It knows nothing of texts, of experiments or of devices.
 *
 * @module
 */
import { broadcastBooleans } from "./broadcast_booleans.ts";
import { canonicalize } from "./canonicalize.ts";
import { differentiate } from "./differentiate.ts";
import { forWebgpu } from "./for_webgpu.ts";
import { emit, type Emitted } from "./emit.ts";
import type { Graph, Tell } from "./graph.ts";
import { importModel } from "./import.ts";
import { type Parameter, tuneModel } from "./model_tuning.ts";
import { LOSS_SCALE, mixedPrecision, unscaled } from "./mixed_precision.ts";
import { narrow } from "./narrow.ts";
import { addLoss, type LossMean, OBJECTIVE, readAnswer, withoutObjective } from "./objective.ts";
import { type OnnxFile, readOnnxFile, type ReadRegion } from "./onnx_file.ts";
import {
  appendOptimizer,
  optimizerGraph,
  type OptimizerName,
  optimizerState,
  type StateTensor,
} from "./optimizer.ts";
import { shareGelu } from "./share_gelu.ts";
import { simplify } from "./simplify.ts";
import { sumEarly } from "./sum_early.ts";
import { addsPositions, type Embedding, exposePositions, findEmbedding } from "./embedding_layer.ts";
import { dimensionOf, type Insertion, type Prompts, splice } from "./splice.ts";

export { bake, type BakedPrompt } from "./bake.ts";
export { evaluate, readShape, writeShape } from "./dimension.ts";
export { CompileError } from "./errors.ts";
export { factsOf, type ModelFacts } from "./facts.ts";
export { fallbacks } from "./webgpu_kernels.ts";
export { matrixFlops } from "./flops.ts";
export type { Parameter } from "./model_tuning.ts";
export { countParameters } from "./parameters.ts";
export { mapWeights } from "./map_weights.ts";
export { keptBytes } from "./memory.ts";
export { type NumberFormat, numberFormatOf } from "./number_format.ts";
export { type FileRegion, type Graph, liveNodes } from "./graph.ts";
export type { LossMean } from "./objective.ts";
export type { Emitted } from "./emit.ts";
export { type OnnxFile, readOnnxFile, type ReadRegion, weightFiles } from "./onnx_file.ts";
export type { TensorSize } from "./tensor_sizes.ts";
export { OPTIMIZER_NAMES, type OptimizerName, type StateTensor } from "./optimizer.ts";
export type { Insertion } from "./splice.ts";

/** What is compiled: it depends on the model, the insertion, the optimizer, the loss, the target and the precision alone. */
export interface Compiled {
  /** The size of the prompt's vectors. */
  readonly dimension: number;
  /** One training step: `artifacts.json`'s `train`. */
  readonly train: Emitted;
  /** The optimizer's state tensors, as the training step names them. */
  readonly state: readonly StateTensor[];
  /** The same for several prompts side by side: `artifacts.json`'s `bank`. */
  readonly bank: {
    readonly train: Emitted;
    readonly predict: Emitted;
  };
  /** The optimizer alone, for gradients summed over several steps: `artifacts.json`'s `update`. */
  readonly update: Emitted;
  /** Class logits of examples with the prompt: `artifacts.json`'s `predict`. */
  readonly predict: Emitted;
  /** `input_ids` (and positions) to `embeddings` [batch, sequence, dimension], the space that the prompt's vectors live in. */
  readonly embed: Emitted;
  /** Whether `position_ids` are added in the embedding layer, before the prompt can enter, or applied by attention. */
  readonly positions: "embedding-layer" | "attention";
}

/** How often a pass did something: what it did, and to what. */
export type Deeds = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Told of each pass's result and of what it did, for people who want to see what happened. */
export type OnPass = (pass: string, graph: Graph, deeds: Deeds) => void;

/** What graphs are made for: the CPU provider, native or as WebAssembly, or the one for WebGPU. Both run both, one slower. */
export type Target = "cpu" | "webgpu";

/** What a frozen model is computed in: `float16` stands for its products, not for norms, softmax or anything of the prompt's. */
export type Precision = "float32" | "float16";

/** How a model is compiled. */
export interface CompileOptions {
  /** Told of each pass. */
  readonly onPass?: OnPass;
  /** Reads the weights that lie in files beside the model's, where there are such. */
  readonly read?: ReadRegion | undefined;
  readonly target?: Target;
  /** What the frozen model is computed in. */
  readonly precision?: Precision;
  /** What mean the loss is: a weighted one's steps have the input `example_weights`. */
  readonly loss?: LossMean;
}

/**
 * Compiles the training step of a soft prompt for a frozen model.
 *
 * @param bytes the model's ONNX file
 * @param path where it lies, for messages and for referring to its weights
 * @throws {CompileError} on anything in the model that cannot be compiled
 */
export function compile(
  bytes: Uint8Array,
  path: string,
  insertion: Insertion,
  optimizer: OptimizerName,
  { onPass = () => {}, read, target = "cpu", precision = "float32", loss = "plain" }: CompileOptions = {},
): Compiled {
  const embedding = frozenModel(readOnnxFile(bytes, path, read), onPass);
  const lowered = (graph: Graph, tell?: Tell) => simplify(fitted(graph, target, precision, tell));
  const graphs = (prompts: Prompts, told: OnPass) => {
    const { step, answer } = tuning(embedding, insertion, optimizer, prompts, precision, loss, told);
    return { step: reporting(told)("simplify", (tell) => lowered(step, tell)), answer: lowered(answer) };
  };
  const one = graphs("one", onPass), bank = graphs("bank", () => {});
  const place = insertion === "embedding-output" ? embedding.output : embedding.words;
  const embed: Graph = { ...embedding.graph, outputs: new Map([["embeddings", place]]) };
  const dimension = dimensionOf(place, path);
  return {
    dimension,
    train: emit(one.step, "train_step"),
    state: optimizerState(optimizer, dimension),
    bank: { train: emit(bank.step, "train_bank"), predict: emit(bank.answer, "predict_bank") },
    update: emit(lowered(optimizerGraph(optimizer, dimension, path)), "update"),
    predict: emit(one.answer, "predict"),
    embed: emit(lowered(embed), "embed"),
    positions: addsPositions(embedding) ? "embedding-layer" : "attention",
  };
}

/** The graphs of a step of one prompt or of a bank of them, and of its forward pass alone. */
function tuning(
  embedding: Embedding,
  insertion: Insertion,
  optimizer: OptimizerName,
  prompts: Prompts,
  precision: Precision,
  loss: LossMean,
  onPass: OnPass,
): { step: Graph; answer: Graph } {
  const pass = reporting(onPass), scale = precision === "float16" ? LOSS_SCALE : 1;
  const { graph, prompt } = splice(embedding, insertion, prompts);
  const whole = pass("splice", () => readAnswer(graph));
  const answer = pass("narrow", (tell) => narrow(whole, tell));
  const differentiated = pass(
    "differentiate",
    () => withoutObjective(differentiate(addLoss(answer, loss), OBJECTIVE, prompt, scale)),
  );
  const backward = pass(
    "narrow backward",
    (tell) => sumEarly(narrow(simplify(shareGelu(differentiated)), tell)),
  );
  const step = pass(
    "optimizer",
    () => appendOptimizer(scale === 1 ? backward : unscaled(backward, scale), prompt, optimizer),
  );
  return { step, answer };
}

/** Compiles the same model without a prompt: token ids to class logits, for hard prompts. */
export function compileHard(
  bytes: Uint8Array,
  path: string,
  { read, target = "cpu", precision = "float32" }: CompileOptions = {},
): Emitted {
  const { graph } = frozenModel(readOnnxFile(bytes, path, read));
  return emit(simplify(fitted(narrow(readAnswer(graph)), target, precision)), "predict_hard");
}

/** What is compiled to tune a whole model: it depends on the model, the optimizer, and the target alone. */
export interface CompiledModel {
  readonly parameters: readonly Parameter[];
  /** The optimizer's state tensors. */
  readonly state: readonly StateTensor[];
  /** One training step: the weights and the states are inputs, and `<name>_next` of each an output. */
  readonly train: Emitted;
  /** Class logits; the weights are inputs. */
  readonly predict: Emitted;
}

/**
 * Compiles a training step of the whole model, with a hard prompt in front: model tuning, which prompt tuning is compared
 * with (Lester et al. 2021, §2).
 *
 * @throws {CompileError} on anything in the model that cannot be compiled
 */
export function compileModelTuning(
  bytes: Uint8Array,
  path: string,
  optimizer: OptimizerName,
  { read, target = "cpu", loss = "plain" }: Pick<CompileOptions, "read" | "target" | "loss"> = {},
): CompiledModel {
  const file = readOnnxFile(bytes, path, read), { graph } = frozenModel(file);
  const { parameters, state, step, answer } = tuneModel(narrow(readAnswer(graph)), file, optimizer, loss);
  const lowered = (graph: Graph) => simplify(fitted(graph, target, "float32"));
  return {
    parameters,
    state,
    train: emit(lowered(simplify(shareGelu(step))), "train_model"),
    predict: emit(lowered(answer), "predict_model"),
  };
}

/** A graph in the precision asked for, of the operators that its target has, and has right. */
function fitted(graph: Graph, target: Target, precision: Precision, tell?: Tell): Graph {
  const right = broadcastBooleans(graph, tell);
  const there = target === "webgpu" ? forWebgpu(right, tell) : right;
  return precision === "float16" ? mixedPrecision(simplify(there)) : there;
}

/** The inference graph, imported and made canonical, its positions an input and its embedding layer found. */
function frozenModel(file: OnnxFile, onPass: OnPass = () => {}): Embedding {
  const pass = reporting(onPass);
  const imported = pass("import", (tell) => importModel(file, tell));
  const canonical = pass("canonicalize", (tell) => canonicalize(imported, tell));
  return findEmbedding(exposePositions(canonical));
}

/** Runs passes, counts what they do and tells of it. */
function reporting(onPass: OnPass): (name: string, run: (tell: Tell) => Graph) => Graph {
  return (name, run) => {
    const deeds = new Map<string, Map<string, number>>();
    const graph = run((deed, to) => {
      const counts = deeds.get(deed) ?? new Map<string, number>();
      deeds.set(deed, counts.set(to, (counts.get(to) ?? 0) + 1));
    });
    onPass(name, graph, deeds);
    return graph;
  };
}
