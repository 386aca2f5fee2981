import type { Graph, PassLog } from "../graph/graph.ts";

/** A property of a graph, which passes require, ensure and end. */
export type Property =
  /** There is no graph yet: the first pass makes it. */
  | "no graph"
  /** There is one, with outputs. */
  | "made"
  /** Operators in the compiler's own form. */
  | "imported"
  /** Operations that exporters spell out are one node each. */
  | "canonical"
  /** The output `logits`: those of all tokens. */
  | "token logits"
  /** The embedding layer takes its positions from an input, where it takes any. */
  | "positions exposed"
  /** Nothing takes the place of embeddings. */
  | "no prompt"
  /** The inputs `prompt` and `prompt_rows` take the place of embeddings. */
  | "prompt spliced"
  /** The outputs `class_logits` and `word_logits`: those at the answer. */
  | "answer read"
  /** The output `class_logits` alone. */
  | "class logits"
  /** The output `target_logits`: those that predict a target text's tokens. */
  | "targets read"
  /** The output `next_logits`: those of the word that comes next. */
  | "next word read"
  /** The output `target_logprobs`: the logarithms of the target tokens' probabilities. */
  | "targets scored"
  /** The outputs `hidden` and `slope`, through which these logarithms are differentiated. */
  | "targets sloped"
  /** What no output reads of the forward pass is not computed. */
  | "narrowed"
  /** The weights are inputs. */
  | "weights fed"
  /** The output `loss`, made of what is to be differentiated. */
  | "loss added"
  /** The backward pass is there. */
  | "differentiated"
  /** The output `gradient`: the prompt's. */
  | "prompt gradient"
  /** The gradients of the weights are outputs. */
  | "weight gradients"
  /** Gradients, if there are any, are those of the loss itself, and not of a multiple that fits 16 bits. */
  | "gradient unscaled"
  /** What no output reads of the backward pass is not computed. */
  | "backward narrowed"
  /** Nothing is moved by an optimizer yet. */
  | "not updated"
  /** What is tuned, as an optimizer moves it, is an output. */
  | "updated"
  /** Operators of any target: passes that look for operators or add them come before the graph is lowered. */
  | "not lowered"
  /** Only operators on booleans that ONNX Runtime computes right on every device. */
  | "booleans safe"
  /** Only operators that ONNX Runtime has kernels for on WebGPU. */
  | "legal for webgpu"
  /** What is added to products with weights is added within them. */
  | "sums in products"
  /** The statistics of norms are read by nothing but norms without a scale. */
  | "normalized once"
  /** What costs WebGPU a dispatch is computed in few nodes. */
  | "few nodes"
  /** Nothing is computed in float16. */
  | "full precision"
  /** The frozen model's products are computed in float16. */
  | "half precision"
  /** Nothing is computed twice, and every node changes something; only until the next pass. */
  | "simplified";

/**
 * What a step of the compiler needs of a graph, and what it makes of it. What it ensures must not hold before it: it would do
 * its work twice.
 */
export interface Contract {
  /** The step's name, for messages and display. */
  readonly name: string;
  /** What must hold before it. */
  readonly requires: readonly Property[];
  /** What holds after it, beside what held before. */
  readonly ensures: readonly Property[];
  /** What held before it and does so no longer. */
  readonly ends?: readonly Property[];
}

/** A step of the compiler, from a graph to a graph. */
export interface Pass extends Contract {
  readonly run: (graph: Graph, log: PassLog) => Graph;
}

/** A graph, and its properties after the passes so far. */
export interface StagedGraph {
  readonly graph: Graph;
  readonly holds: ReadonlySet<Property>;
}

/** The counts of a pass's changes, by kind and subject. */
export type PassStats = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Receives each pass's result and its statistics, for display. */
export type OnPass = (pass: string, graph: Graph, stats: PassStats) => void;

/** The observers of passes. */
export interface PassOptions {
  /** Receives each pass's result. */
  readonly onPass?: OnPass | undefined;
  /** Whether the graph is verified after each pass. */
  readonly verify?: boolean | undefined;
}
