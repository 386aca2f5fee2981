import { Builder } from "../ops/builder.ts";
import { product, symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { isOfTarget } from "./read_targets.ts";
import { rowsWithin } from "./rows_within.ts";

const BATCH = symbol("batch");
const CLASSES = symbol("classes");
const WORDS = symbol("words");
const PROMPTS = symbol("prompts");

/** The outputs that `readAnswer` gives. */
export const CLASS_LOGITS = "class_logits";
export const WORD_LOGITS = "word_logits";

/**
 * Reads the answer from the language model's logits: those of all words at the answer position of each example, and the
 * classes'. A class's logit is the weighted sum of its words' logits.
 *
 * @returns the graph with the inputs `answer_rows` int64 [batch], `label_tokens` int64 [classes, words], `label_weights`
 * float32 [classes, words], and the outputs `class_logits` float32 [batch, classes] and `word_logits` float32
 * [batch, vocabulary] in place of `logits`
 * @throws {CompileError} where a decoder gives the logits
 */
export function readAnswer(graph: Graph): Graph {
  const b = Builder.of(graph);
  const logits = graph.outputs.get("logits")!;
  if (isOfTarget(logits)) {
    throw new CompileError(
      `${graph.source} is the encoder of an encoder-decoder model, which answers with a text and not with a word at one place: take the kind of answer 'text'`,
    );
  }
  const answerRows = b.input("answer_rows", "int64", [BATCH]);
  const labelTokens = b.input("label_tokens", "int64", [CLASSES, WORDS]);
  const labelWeights = b.input("label_weights", "float32", [CLASSES, WORDS]);
  const rows = b.reshape(rowsWithin(b, answerRows, logits), [BATCH, 1, 1]);
  const row = b.op("GatherND", [logits, rows], { batch_dims: 1 });
  const words = b.op("Gather", [row, b.reshape(labelTokens, [product([CLASSES, WORDS])])], { axis: 2 });
  const weighted = b.multiply(b.reshape(words, [BATCH, CLASSES, WORDS]), labelWeights);
  const classLogits = b.reshape(b.sum(weighted, [2]), [BATCH, CLASSES]);
  const wordLogits = b.reshape(row, [BATCH, logits.shape[2]!]);
  return b.graph(new Map([[CLASS_LOGITS, classLogits], [WORD_LOGITS, wordLogits]]));
}

/** The graph with only one of its outputs. */
export function onlyOutput(graph: Graph, name: string): Graph {
  return { ...graph, outputs: new Map([[name, graph.outputs.get(name)!]]) };
}

/**
 * A graph that gives the outputs of two graphs, which were made from the same one. What both compute is in it twice until it
 * is simplified.
 */
export function outputsOfBoth(one: Graph, other: Graph): Graph {
  const union = <Item>(a: readonly Item[], b: readonly Item[]) => [...new Set([...a, ...b])];
  return {
    source: one.source,
    inputs: union(one.inputs, other.inputs),
    nodes: union(one.nodes, other.nodes),
    outputs: new Map([...one.outputs, ...other.outputs]),
  };
}

/** The output that is differentiated; it is not read at run time. */
export const OBJECTIVE = "objective";

/** The output of each example's loss, float32 [batch, 1]; it is not read at run time. */
export const EXAMPLE_LOSSES = "example_losses";

/** Whether all examples have the same weight in the loss, or that of the input `example_weights`. */
export type LossMean = "plain" | "weighted";

/**
 * Adds the mean cross-entropy over the classes, from operators that every device has (the fused ones fall back to the
 * CPU on WebGPU). In a bank each prompt's loss is the mean over its own examples, and what is minimized is their sum, so
 * that no prompt's loss affects another's gradient.
 *
 * @param how a weighted mean is divided by the sum of the weights, as PyTorch's `CrossEntropyLoss(weight)` is
 * @returns the graph with the input `labels` int64 [batch], for a weighted mean `example_weights` float32 [batch] (above 0),
 * and the outputs `loss`, float32 [] or, for a bank, [prompts] (0
 * for a prompt without examples), `objective`, float32 [], and `example_losses`, float32 [batch, 1]
 */
export function addLoss(graph: Graph, how: LossMean): Graph {
  const b = Builder.of(graph);
  const classLogits = graph.outputs.get(CLASS_LOGITS)!;
  const labels = b.input("labels", "int64", [BATCH]);
  const largest = b.op("ReduceMax", [classLogits, b.integers([1])], { keepdims: 1 });
  const shifted = b.subtract(classLogits, largest);
  const logTotal = b.op("Log", [b.sum(b.op("Exp", [shifted]), [1])]);
  const picked = b.sum(b.multiply(shifted, b.oneHot(labels, CLASSES)), [1]);
  const losses = b.subtract(logTotal, picked);
  const owners = graph.inputs.find(({ name }) => name === "prompt_of_example");
  const weights = how === "weighted"
    ? b.reshape(b.input("example_weights", "float32", [BATCH]), [BATCH, 1])
    : undefined;
  const loss = owners ? meanOfEach(b, losses, owners, weights) : meanOfAll(b, losses, weights);
  const objective = owners ? b.reshape(b.sum(loss, [0]), []) : loss;
  const internal = [[OBJECTIVE, objective], [EXAMPLE_LOSSES, losses]] as const;
  return b.graph(new Map([...graph.outputs, ["loss", loss], ...internal]));
}

/** The graph without the outputs that are only there to be differentiated. */
export function withoutObjective(graph: Graph): Graph {
  const internal = [OBJECTIVE, EXAMPLE_LOSSES];
  return { ...graph, outputs: new Map([...graph.outputs].filter(([name]) => !internal.includes(name))) };
}

/** The mean of all losses, float32 []. @param losses float32 [batch, 1] @param weights the same, where they differ */
function meanOfAll(b: Builder, losses: Value, weights: Value | undefined): Value {
  if (weights === undefined) return b.reshape(b.mean(losses, [0, 1]), []);
  return b.reshape(b.divide(b.sum(b.multiply(losses, weights), [0, 1]), b.sum(weights, [0, 1])), []);
}

/**
 * The mean of each prompt's losses. They are selected and not multiplied by 0 and 1, so that a loss of NaN affects only its
 * own prompt.
 *
 * @param losses float32 [batch, 1]
 * @param owners int64 [batch], each example's prompt
 * @param weights float32 [batch, 1], where they differ
 * @returns float32 [prompts]
 */
function meanOfEach(b: Builder, losses: Value, owners: Value, weights: Value | undefined): Value {
  const own = b.oneHot(owners, PROMPTS);
  const isOwn = b.op("Greater", [own, b.scalar(0)]);
  const weighted = weights === undefined ? losses : b.multiply(losses, weights);
  const chosen = b.op("Where", [isOwn, weighted, b.scalar(0)]);
  const total = b.sum(weights === undefined ? own : b.multiply(own, weights), [0]);
  const divisor = weights === undefined
    ? b.op("Max", [total, b.scalar(1)])
    : b.op("Where", [b.op("Greater", [total, b.scalar(0)]), total, b.scalar(1)]);
  return b.reshape(b.divide(b.sum(chosen, [0]), divisor), [PROMPTS]);
}
