import type { Builder } from "../ops/builder.ts";
import { type Dimension, symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Embedding } from "../analysis/embedding_layer.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { copyNode, rewrite } from "../ops/rewrite.ts";

/** Where the prompt's vectors enter: in place of rows of the embedding layer's output, or of the word embeddings. */
export type Insertion = "embedding-output" | "word-embeddings";

/** The number of prompts of a graph: one for all examples, or several, with one for each example. */
export type Prompts = "one" | "bank";

/** The input for the vectors of a prompt or of a bank. */
export const PROMPT = "prompt";

/** The input for the place of each vector. */
export const PROMPT_ROWS = "prompt_rows";

const BATCH = symbol("batch");
const LENGTH = symbol("length");
const PROMPTS = symbol("prompts");

/** A graph with a prompt. */
export interface Spliced {
  readonly graph: Graph;
  /** float32 [length, dimension], or [prompts, length, dimension] for a bank; an input of the graph. */
  readonly prompt: Value;
}

/**
 * Puts the prompt's vectors into the rows that `prompt_rows` names, in place of the embeddings of the token ids there.
 *
 * @returns the graph with the inputs `prompt` float32 [length, dimension] and `prompt_rows` int64 [batch, length]; for a
 * bank, `prompt` float32 [prompts, length, dimension] and `prompt_of_example` int64 [batch], too
 */
export function splice(embedding: Embedding, insertion: Insertion, prompts: Prompts = "one"): Spliced {
  const place = insertion === "embedding-output" ? embedding.output : embedding.words;
  const dimension = dimensionOf(place, embedding.graph.source);
  let prompt: Value | undefined;
  const graph = rewrite(embedding.graph, (node, inputs, b) => {
    if (!node.outputs.includes(place)) return undefined;
    prompt = b.input(PROMPT, "float32", [...(prompts === "bank" ? [PROMPTS] : []), LENGTH, dimension]);
    const promptRows = b.input(PROMPT_ROWS, "int64", [BATCH, LENGTH]);
    const vectors = prompts === "bank"
      ? b.op("Gather", [prompt, b.input("prompt_of_example", "int64", [BATCH])], { axis: 0 })
      : b.expand(b.reshape(prompt, [1, LENGTH, dimension]), [BATCH, LENGTH, dimension]);
    const outputs = copyNode(b, node, inputs);
    return outputs.map((output, i) =>
      node.outputs[i] === place ? written(b, output, vectors, promptRows) : output
    );
  });
  return { graph, prompt: prompt! };
}

/** The size of the vectors that a value holds, one for each token. */
export function dimensionOf(value: Value, source: string): number {
  const [, , dimension] = value.shape;
  if (value.shape.length !== 3 || typeof dimension !== "number") {
    throw new CompileError(
      `${source}: the embeddings are [${value.shape.join(", ")}], not [batch, sequence, a number]`,
    );
  }
  return dimension;
}

/**
 * Row promptRows[b, i] of example b becomes vectors[b, i].
 *
 * @param tokens [batch, rows, dimension]
 * @param vectors [batch, length, dimension]
 * @param promptRows int64 [batch, length]
 */
export function written(b: Builder, tokens: Value, vectors: Value, promptRows: Value): Value {
  const pairs: Dimension[] = [BATCH, LENGTH, 1];
  const example = b.op("Range", [b.integer(0), b.integer(BATCH), b.integer(1)]);
  const places = b.op("Concat", [
    b.expand(b.reshape(example, [BATCH, 1, 1]), pairs),
    b.reshape(promptRows, pairs),
  ], { axis: -1 });
  return b.op("ScatterND", [tokens, places, vectors]);
}
