/**
 * The compiler: from the inference graph of a frozen language model to the graph of one training step of a soft prompt.
 * It knows nothing of texts, of experiments or of devices.
 *
 * @module
 */
import { broadcastBooleans } from "./broadcast_booleans.ts";
import { canonicalize } from "./canonicalize.ts";
import { differentiate } from "./differentiate.ts";
import { emit, type Emitted } from "./emit.ts";
import type { Graph, Tell } from "./graph.ts";
import { importModel } from "./import.ts";
import { narrow } from "./narrow.ts";
import { addLoss, readAnswer } from "./objective.ts";
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
import { dimensionOf, type Insertion, splice } from "./splice.ts";

export { evaluate, parseDimension } from "./dimension.ts";
export { CompileError } from "./errors.ts";
export { matrixFlops } from "./flops.ts";
export { keptBytes } from "./memory.ts";
export { type FileRegion, type Graph, liveNodes } from "./graph.ts";
export type { Emitted } from "./emit.ts";
export { readOnnxFile, type ReadRegion, weightFiles } from "./onnx_file.ts";
export { OPTIMIZER_NAMES, type OptimizerName, type StateTensor } from "./optimizer.ts";
export type { Insertion } from "./splice.ts";

/** What is compiled: it depends on the model, the insertion and the optimizer alone. */
export interface Compiled {
  /** The size of the prompt's vectors. */
  readonly dimension: number;
  /** One training step: `artifacts.json`'s `train`. */
  readonly train: Emitted;
  /** The optimizer's state tensors, as the training step names them. */
  readonly state: readonly StateTensor[];
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

/**
 * Compiles the training step of a soft prompt for a frozen model.
 *
 * @param bytes the model's ONNX file
 * @param path where it lies, for messages and for referring to its weights
 * @param read reads the weights that lie in files beside it, where there are such
 * @throws {CompileError} on anything in the model that cannot be compiled
 */
export function compile(
  bytes: Uint8Array,
  path: string,
  insertion: Insertion,
  optimizer: OptimizerName,
  onPass: OnPass = () => {},
  read?: ReadRegion,
): Compiled {
  const pass = reporting(onPass);
  const embedding = frozenModel(readOnnxFile(bytes, path, read), onPass);
  const { graph, prompt } = splice(embedding, insertion);
  const whole = pass("splice", () => readAnswer(graph));
  const answer = pass("narrow", (tell) => narrow(whole, tell));
  const differentiated = pass("differentiate", () => differentiate(addLoss(answer), "loss", prompt));
  const backward = pass(
    "narrow backward",
    (tell) => sumEarly(narrow(simplify(shareGelu(differentiated)), tell)),
  );
  const updated = pass("optimizer", () => appendOptimizer(backward, prompt, optimizer));
  const step = pass("simplify", (tell) => simplify(broadcastBooleans(updated, tell)));
  const place = insertion === "embedding-output" ? embedding.output : embedding.words;
  const embed: Graph = { ...embedding.graph, outputs: new Map([["embeddings", place]]) };
  const dimension = dimensionOf(place, path);
  return {
    dimension,
    train: emit(step, "train_step"),
    state: optimizerState(optimizer, dimension),
    update: emit(simplify(optimizerGraph(optimizer, dimension, path)), "update"),
    predict: emit(simplify(broadcastBooleans(answer)), "predict"),
    embed: emit(simplify(broadcastBooleans(embed)), "embed"),
    positions: addsPositions(embedding) ? "embedding-layer" : "attention",
  };
}

/** Compiles the same model without a prompt: token ids to class logits, for hard prompts. */
export function compileHard(bytes: Uint8Array, path: string, read?: ReadRegion): Emitted {
  const { graph } = frozenModel(readOnnxFile(bytes, path, read));
  return emit(simplify(broadcastBooleans(narrow(readAnswer(graph)))), "predict_hard");
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
