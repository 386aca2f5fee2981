/**
 * The compiler: from the inference graph of a frozen language model to the graph of one training step of a soft prompt.
 * It knows nothing of texts, of experiments or of devices.
 *
 * @module
 */
import { canonicalize } from "./canonicalize.ts";
import { differentiate } from "./differentiate.ts";
import { emit, type Emitted } from "./emit.ts";
import type { Graph } from "./graph.ts";
import { importModel } from "./import.ts";
import { narrow } from "./narrow.ts";
import { addLoss, readAnswer } from "./objective.ts";
import { readOnnxFile } from "./onnx_file.ts";
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
export { type Graph, liveNodes } from "./graph.ts";
export type { Emitted } from "./emit.ts";
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

/** Told of each pass's result, for people who want to see what happened. */
export type OnPass = (pass: string, graph: Graph) => void;

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
  onPass: OnPass = () => {},
): Compiled {
  const pass = (name: string, graph: Graph): Graph => {
    onPass(name, graph);
    return graph;
  };
  const embedding = frozenModel(bytes, path, onPass);
  const { graph, prompt } = splice(embedding, insertion);
  const answer = pass("narrow", narrow(pass("splice", readAnswer(graph))));
  const differentiated = pass("differentiate", differentiate(addLoss(answer), "loss", prompt));
  const backward = pass("narrow backward", sumEarly(narrow(simplify(shareGelu(differentiated)))));
  const step = pass("simplify", simplify(pass("optimizer", appendOptimizer(backward, prompt, optimizer))));
  const place = insertion === "embedding-output" ? embedding.output : embedding.words;
  const embed: Graph = { ...embedding.graph, outputs: new Map([["embeddings", place]]) };
  const dimension = dimensionOf(place, path);
  return {
    dimension,
    train: emit(step, "train_step"),
    state: optimizerState(optimizer, dimension),
    update: emit(simplify(optimizerGraph(optimizer, dimension, path)), "update"),
    predict: emit(simplify(answer), "predict"),
    embed: emit(simplify(embed), "embed"),
    positions: addsPositions(embedding) ? "embedding-layer" : "attention",
  };
}

/** Compiles the same model without a prompt: token ids to class logits, for hard prompts. */
export function compileHard(bytes: Uint8Array, path: string): Emitted {
  return emit(simplify(narrow(readAnswer(frozenModel(bytes, path).graph))), "predict_hard");
}

/** The inference graph, imported and made canonical, its positions an input and its embedding layer found. */
function frozenModel(bytes: Uint8Array, path: string, onPass: OnPass = () => {}): Embedding {
  const imported = importModel(readOnnxFile(bytes, path));
  onPass("import", imported);
  const canonical = canonicalize(imported);
  onPass("canonicalize", canonical);
  return findEmbedding(exposePositions(canonical));
}
