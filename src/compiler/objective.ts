import { Builder } from "./builder.ts";
import { product, symbol } from "./dimension.ts";
import type { Graph } from "./graph.ts";

const BATCH = symbol("batch"), CLASSES = symbol("classes"), WORDS = symbol("words");

/**
 * Reads the classes' logits off the language model's: at the answer position of each example, a class's logit is the
 * weighted sum of its words' logits.
 *
 * @returns the graph with the inputs `answer_rows` int64 [batch], `label_tokens` int64 [classes, words], `label_weights`
 * float32 [classes, words], and the output `class_logits` float32 [batch, classes] in place of `logits`
 */
export function readAnswer(graph: Graph): Graph {
  const b = Builder.of(graph);
  const logits = graph.outputs.get("logits")!;
  const answerRows = b.input("answer_rows", "int64", [BATCH]);
  const labelTokens = b.input("label_tokens", "int64", [CLASSES, WORDS]);
  const labelWeights = b.input("label_weights", "float32", [CLASSES, WORDS]);
  const row = b.op("GatherND", [logits, b.reshape(answerRows, [BATCH, 1, 1])], { batch_dims: 1 });
  const words = b.op("Gather", [row, b.reshape(labelTokens, [product([CLASSES, WORDS])])], { axis: 2 });
  const weighted = b.multiply(b.reshape(words, [BATCH, CLASSES, WORDS]), labelWeights);
  const classLogits = b.reshape(b.sum(weighted, [2]), [BATCH, CLASSES]);
  return b.graph(new Map([["class_logits", classLogits]]));
}

/**
 * Adds the mean cross-entropy over the classes, from operators that every device has (the fused ones fall back to the
 * CPU on WebGPU).
 *
 * @returns the graph with the input `labels` int64 [batch] and the output `loss` float32 []
 */
export function addLoss(graph: Graph): Graph {
  const b = Builder.of(graph);
  const classLogits = graph.outputs.get("class_logits")!;
  const labels = b.input("labels", "int64", [BATCH]);
  const largest = b.op("ReduceMax", [classLogits, b.integers([1])], { keepdims: 1 });
  const shifted = b.subtract(classLogits, largest);
  const logTotal = b.op("Log", [b.sum(b.op("Exp", [shifted]), [1])]);
  const picked = b.sum(b.multiply(shifted, b.oneHot(labels, CLASSES)), [1]);
  const loss = b.reshape(b.mean(b.subtract(logTotal, picked), [0, 1]), []);
  return b.graph(new Map([...graph.outputs, ["loss", loss]]));
}
