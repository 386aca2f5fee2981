/**
 * The compiler: from the inference graph of a frozen language model to the graph of one training step of a soft prompt.
 * It knows nothing of texts, of experiments or of devices.
 *
 * @module
 */
import { broadcastBooleans } from "./targets/webgpu/broadcast_booleans.ts";
import { canonicalize } from "./passes/canonicalize.ts";
import { differentiate } from "./passes/differentiate.ts";
import { legalizeForWebgpu } from "./targets/webgpu/legalize.ts";
import { emit, type Emitted } from "./backend/emit.ts";
import type { Graph, PassLog } from "./graph/graph.ts";
import { importModel } from "./frontend/import.ts";
import { type NarrowedAnswer, type Parameter, tuneModel } from "./passes/model_tuning.ts";
import { LOSS_SCALE, mixedPrecision, unscaled } from "./passes/mixed_precision.ts";
import { narrow } from "./passes/narrow.ts";
import {
  addLoss,
  CLASS_LOGITS,
  type LossMean,
  OBJECTIVE,
  onlyOutput,
  outputsOfBoth,
  readAnswer,
  withoutObjective,
  WORD_LOGITS,
} from "./passes/objective.ts";
import { type OnnxFile, readOnnxFile, type ReadRegion } from "./frontend/onnx_file.ts";
import {
  appendOptimizer,
  optimizerGraph,
  type OptimizerName,
  optimizerState,
  type StateTensor,
} from "./passes/optimizer.ts";
import { exposePositions } from "./passes/expose_positions.ts";
import { promptPlace } from "./passes/prompt_place.ts";
import { shareGelu } from "./passes/share_gelu.ts";
import { simplify } from "./passes/simplify.ts";
import { hoistBatchSum } from "./passes/hoist_batch_sum.ts";
import { addsPositions, type Embedding, findEmbedding } from "./analysis/embedding_layer.ts";
import { dimensionOf, type Insertion, type Prompts, splice } from "./passes/splice.ts";

export { type ClassifierPrompt, exportClassifier } from "./backend/export_classifier.ts";
export { evaluate, readShape, writeShape } from "./graph/dimension.ts";
export { CompileError } from "./graph/errors.ts";
export { factsOf, type ModelFacts, type PositionFacts } from "./facts.ts";
export type { UncountedToken } from "./analysis/position_lookups.ts";
export { fallbacks } from "./targets/webgpu/kernels.ts";
export { matrixFlops } from "./analysis/flops.ts";
export type { Parameter } from "./passes/model_tuning.ts";
export { countParameters } from "./frontend/parameters.ts";
export { mapWeights } from "./frontend/map_weights.ts";
export { savedActivationBytes } from "./analysis/saved_activations.ts";
export { type NumberFormat, numberFormatOf } from "./frontend/number_format.ts";
export { type FileRegion, type Graph, liveNodes } from "./graph/graph.ts";
export type { LossMean } from "./passes/objective.ts";
export type { Emitted } from "./backend/emit.ts";
export { notOnnx, type OnnxFile, readOnnxFile, type ReadRegion, weightFiles } from "./frontend/onnx_file.ts";
export type { TensorSize } from "./graph/tensor_sizes.ts";
export { OPTIMIZER_NAMES, type OptimizerName, type StateTensor } from "./passes/optimizer.ts";
export type { Insertion } from "./passes/splice.ts";
export { weightsApart } from "./backend/weights_apart.ts";

/** A model that answers. */
export interface CompiledAnswer {
  /** Class logits of examples: `class_logits` float32 [batch, classes]. */
  readonly predict: Emitted;
  /** The same, and the logits of all words at the answer: `word_logits` float32 [batch, vocabulary]. */
  readonly answer: Emitted;
}

/** What is compiled: it depends on the model, the insertion, the optimizer, the loss, the target and the precision alone. */
export interface Compiled extends CompiledAnswer {
  /** The size of the prompt's vectors. */
  readonly dimension: number;
  /** One training step: `artifacts.json`'s `train`. */
  readonly train: Emitted;
  /** The optimizer's state tensors, as the training step names them. */
  readonly state: readonly StateTensor[];
  /** The same for several prompts side by side: `artifacts.json`'s `bank`. */
  readonly bank: CompiledAnswer & { readonly train: Emitted };
  /** The optimizer alone, for gradients summed over several steps: `artifacts.json`'s `update`. */
  readonly update: Emitted;
  /** `input_ids` (and positions) to `embeddings` [batch, sequence, dimension], the space that the prompt's vectors live in. */
  readonly embed: Emitted;
  /** What the model multiplies the rows of its word table by before a prompt at the word embeddings enters; 1: nothing. */
  readonly scale: number;
  /** Whether `position_ids` are added in the embedding layer, before the prompt can enter, or applied by attention. */
  readonly positions: "embedding-layer" | "attention";
}

/** How often a pass did something: what it did, and to what. */
export type PassStats = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Told of each pass's result and of what it did, for people who want to see what happened. */
export type OnPass = (pass: string, graph: Graph, stats: PassStats) => void;

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
  const place = promptPlace(embedding, insertion);
  const lowered = (graph: Graph, log?: PassLog) => simplify(lowerForTarget(graph, target, precision, log));
  const graphs = (prompts: Prompts, onEachPass: OnPass) => {
    const { step, answer } = tuning(embedding, insertion, optimizer, prompts, precision, loss, onEachPass);
    return {
      step: reporting(onEachPass)("simplify", (log) => lowered(step, log)),
      ...answerGraphs(answer, lowered),
    };
  };
  const one = graphs("one", onPass), bank = graphs("bank", () => {});
  const embed: Graph = { ...embedding.graph, outputs: new Map([["embeddings", place]]) };
  const dimension = dimensionOf(place, path);
  return {
    dimension,
    train: emit(one.step, "train_step"),
    state: optimizerState(optimizer, dimension),
    bank: {
      train: emit(bank.step, "train_bank"),
      predict: emit(bank.predict, "predict_bank"),
      answer: emit(bank.answer, "answer_bank"),
    },
    update: emit(lowered(optimizerGraph(optimizer, dimension, path)), "update"),
    predict: emit(one.predict, "predict"),
    answer: emit(one.answer, "answer"),
    embed: emit(lowered(embed), "embed"),
    scale: embedding.scale,
    positions: addsPositions(embedding) ? "embedding-layer" : "attention",
  };
}

/** What is read of a model's answer, each pushed as far towards the inputs as it goes. */
function narrowedAnswer(graph: Graph, log?: PassLog): NarrowedAnswer {
  const whole = readAnswer(graph);
  return {
    classes: narrow(onlyOutput(whole, CLASS_LOGITS), log),
    words: narrow(onlyOutput(whole, WORD_LOGITS)),
  };
}

/** The graph that gives class logits alone, and one that gives all words' beside the same: what both compute alike is computed once. */
function answerGraphs(
  { classes, words }: NarrowedAnswer,
  lowered: (graph: Graph) => Graph,
): { predict: Graph; answer: Graph } {
  return { predict: lowered(classes), answer: lowered(simplify(outputsOfBoth(classes, words))) };
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
): { step: Graph; answer: NarrowedAnswer } {
  const pass = reporting(onPass), scale = precision === "float16" ? LOSS_SCALE : 1;
  const { graph, prompt } = splice(embedding, insertion, prompts);
  const whole = pass("splice", () => readAnswer(graph));
  const classes = pass("narrow", (log) => narrow(onlyOutput(whole, CLASS_LOGITS), log));
  const words = narrow(onlyOutput(whole, WORD_LOGITS));
  const differentiated = pass(
    "differentiate",
    () => withoutObjective(differentiate(addLoss(classes, loss), OBJECTIVE, prompt, scale)),
  );
  const backward = pass(
    "narrow backward",
    (log) => hoistBatchSum(narrow(simplify(shareGelu(differentiated)), log)),
  );
  const step = pass(
    "optimizer",
    () => appendOptimizer(scale === 1 ? backward : unscaled(backward, scale), prompt, optimizer),
  );
  return { step, answer: { classes, words } };
}

/** Compiles the same model without a prompt, for hard prompts. */
export function compileHard(
  bytes: Uint8Array,
  path: string,
  { read, target = "cpu", precision = "float32" }: CompileOptions = {},
): CompiledAnswer {
  const { graph } = frozenModel(readOnnxFile(bytes, path, read));
  const lowered = (graph: Graph) => simplify(lowerForTarget(graph, target, precision));
  const { predict, answer } = answerGraphs(narrowedAnswer(graph), lowered);
  return { predict: emit(predict, "predict_hard"), answer: emit(answer, "answer_hard") };
}

/** What is compiled to tune a whole model: it depends on the model, the optimizer, and the target alone. */
export interface CompiledModel extends CompiledAnswer {
  readonly parameters: readonly Parameter[];
  /** The optimizer's state tensors. */
  readonly state: readonly StateTensor[];
  /** One training step: the weights and the states are inputs, and `<name>_next` of each an output. */
  readonly train: Emitted;
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
  const { parameters, state, step, answer } = tuneModel(narrowedAnswer(graph), file, optimizer, loss);
  const lowered = (graph: Graph) => simplify(lowerForTarget(graph, target, "float32"));
  const graphs = answerGraphs(answer, lowered);
  return {
    parameters,
    state,
    train: emit(lowered(simplify(shareGelu(step))), "train_model"),
    predict: emit(graphs.predict, "predict_model"),
    answer: emit(graphs.answer, "answer_model"),
  };
}

/** A graph in the precision asked for, of the operators that its target has, and has right. */
function lowerForTarget(graph: Graph, target: Target, precision: Precision, log?: PassLog): Graph {
  const broadcasted = broadcastBooleans(graph, log);
  const legal = target === "webgpu" ? legalizeForWebgpu(broadcasted, log) : broadcasted;
  return precision === "float16" ? mixedPrecision(simplify(legal)) : legal;
}

/** The inference graph, imported and made canonical, its positions an input and its embedding layer found. */
function frozenModel(file: OnnxFile, onPass: OnPass = () => {}): Embedding {
  const pass = reporting(onPass);
  const imported = pass("import", (log) => importModel(file, log));
  const canonical = pass("canonicalize", (log) => canonicalize(imported, log));
  return findEmbedding(exposePositions(canonical).graph);
}

/** Runs passes, counts what they do and tells of it. */
function reporting(onPass: OnPass): (name: string, run: (log: PassLog) => Graph) => Graph {
  return (name, run) => {
    const stats = new Map<string, Map<string, number>>();
    const graph = run((action, to) => {
      const counts = stats.get(action) ?? new Map<string, number>();
      stats.set(action, counts.set(to, (counts.get(to) ?? 0) + 1));
    });
    onPass(name, graph, stats);
    return graph;
  };
}
