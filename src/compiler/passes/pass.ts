import type { Graph, PassLog } from "../graph/graph.ts";

/** A property of a graph, which passes ensure and other passes require. */
export type Property =
  /** Operators in the compiler's own form, and the output `logits`. */
  | "imported"
  /** Operations that exporters spell out are one node each. */
  | "canonical"
  /** The embedding layer takes its positions from an input, where it takes any. */
  | "positions exposed"
  /** The inputs `prompt` and `prompt_rows` take the place of embeddings. */
  | "prompt spliced"
  /** The logits at the answer take the place of those of all tokens. */
  | "answer read"
  /** What no output reads of the forward pass is not computed. */
  | "narrowed"
  /** The weights are inputs. */
  | "weights fed"
  /** The outputs `loss` and `objective`. */
  | "loss added"
  /** Gradients of what is tuned are outputs. */
  | "differentiated"
  /** They are those of the loss itself, and not of a multiple that fits 16 bits. */
  | "gradient unscaled"
  /** What no output reads of the backward pass is not computed. */
  | "backward narrowed"
  /** Only operators on booleans that ONNX Runtime computes right on every device. */
  | "booleans safe"
  /** Only operators that ONNX Runtime has kernels for on WebGPU. */
  | "legal for webgpu"
  /** The frozen model's products are computed in float16. */
  | "half precision"
  /** Nothing is computed twice, and every node changes something; only until the next pass. */
  | "simplified";

/** A step of the compiler, from a graph to a graph, with the properties of the graph before and after it. */
export interface Pass {
  readonly name: string;
  /** What must hold before it. */
  readonly requires: readonly Property[];
  /** What holds after it, beside what held before. */
  readonly ensures: readonly Property[];
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
