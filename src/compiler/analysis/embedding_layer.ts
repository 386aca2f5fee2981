import { scalarOf } from "../graph/constants.ts";
import { sameDimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import { ancestors, dependents, type Graph, liveNodes, type Node, type Value } from "../graph/graph.ts";
import { readersOf } from "../graph/uses.ts";
import { definitionOf } from "../ops/mod.ts";
import { isTokenWise } from "./token_wise.ts";

/** A graph with its embedding layer. */
export interface Embedding {
  readonly graph: Graph;
  /** The node that looks up the word embeddings. */
  readonly lookup: Node;
  /**
   * The word embeddings, scaled where the embedding module scales them: float32 [batch, sequence, dimension]; quantized where the model
   * multiplies the rows as they are stored.
   */
  readonly words: Value;
  /** The scale from the rows of the word table to the word embeddings; 1 where there is none. */
  readonly scale: number;
  /** The number that the model's code multiplies the word embeddings by, after them; 1 where there is none. */
  readonly multiplier: number;
  /** The last value that every path from the word embeddings passes through before the first attention. */
  readonly output: Value;
}

/** Whether a node passes numbers on in the same order, perhaps cast or repeated, so that ids stay the same. */
export function carriesIds({ op }: Node): boolean {
  const { movement } = definitionOf(op);
  return movement === "view" || movement === "repeat" || op === "Cast";
}

/** The ids before such nodes. */
export function throughCarriers(ids: Value): Value {
  let value = ids;
  while (value.producer && carriesIds(value.producer)) value = value.producer.inputs[0]!;
  return value;
}

/** Whether a value holds the rows of an embedding table [rows, dimension], in any stored form; leading axes may have size 1. */
export function isTable(value: Value | null | undefined): boolean {
  let table = value;
  while (table?.producer && definitionOf(table.producer.op).isDecoder) table = table.producer.inputs[0];
  const dims = table?.constant?.dims ?? [];
  const whole = table?.type === "int64" || table?.type === "int32";
  return dims.length >= 2 && dims.slice(0, -2).every((size) => size === 1) && !whole &&
    table?.type !== "bool";
}

/**
 * Finds the embedding layer.
 *
 * @throws {CompileError} where no table is looked up by `input_ids`, the graph ends in hidden states, or the model computes
 * in float64
 */
export function findEmbedding(graph: Graph): Embedding {
  const nodes = liveNodes(graph);
  const lookup = nodes.find(isWordLookup);
  if (lookup === undefined) {
    throw new CompileError(
      `${graph.source}: no embedding table is looked up by 'input_ids', so there is no place for a prompt`,
    );
  }
  const readers = readersOf(nodes);
  const found = decoded(readers, lookup.outputs[0]!);
  const { words, scale, multiplier } = scaled(readers, found, graph.multiplier);
  const rows = lookup.inputs[0]!.shape[0]!;
  const logits = graph.outputs.get("logits")!;
  if (sameDimension(logits.shape[2]!, words.shape.at(-1)!) && !sameDimension(logits.shape[2]!, rows)) {
    throw new CompileError(
      `${graph.source} gives hidden states of size ${
        logits.shape[2]
      }, not logits over its ${rows} words: export it with its language-model head`,
    );
  }
  if (words.type === "float64" || logits.type === "float64") {
    throw new CompileError(
      `${graph.source} computes in float64, but prompts are tuned in float32: export it in float32 (model.float() before the export)`,
    );
  }
  return { graph, lookup, words, scale, multiplier, output: lastCut(graph, nodes, words) };
}

/** Whether a node looks up the word embeddings of the text that is read. */
export function isWordLookup(node: Node): boolean {
  return isLookupBy(node, "input_ids");
}

/** Whether a node looks up rows of a table by the ids of an input. */
export function isLookupBy(node: Node, input: string): boolean {
  if (definitionOf(node.op).lookup?.of !== "slices" || !isTable(node.inputs[0]) || !node.inputs[1]) {
    return false;
  }
  const ids = throughCarriers(node.inputs[1]);
  return ids.name === input && ids.producer === undefined;
}

/** The rows of a table as real numbers, dequantized if necessary. */
function decoded(readers: ReadonlyMap<Value, readonly Node[]>, rows: Value): Value {
  const isDecoder = ({ op, inputs }: Node, value: Value) => definitionOf(op).isDecoder && inputs[0] === value;
  let value = rows;
  while (value.type !== "float32") {
    const decoder = readers.get(value)?.find((node) => isDecoder(node, value));
    if (decoder === undefined) break;
    value = decoder.outputs[0]!;
  }
  return value;
}

/** The largest relative rounding error of a number in 16 bits. */
const ROUNDING = 2 ** -8;

function isRounded(factor: number, number: number): boolean {
  return Math.abs(factor - number) <= ROUNDING * Math.abs(number);
}

/**
 * The rows of the word table after the single factor that an embedding module may scale them by before anything else reads
 * them. An exported graph does not tell such a factor from one that the model's code multiplies `inputs_embeds` by, but the number does:
 * the square root of the rows' size is the module's (Gemma, BioGPT, XGLM, BART in transformers 5); another one is a setting of the
 * model, such as Granite's `embedding_multiplier`, and comes after the word embeddings. So does one that the file names.
 *
 * @param named the number that the file names
 */
function scaled(
  readers: ReadonlyMap<Value, readonly Node[]>,
  rows: Value,
  named: number | undefined,
): Pick<Embedding, "words" | "scale" | "multiplier"> {
  let words = rows;
  for (;;) {
    const [reader, ...others] = readers.get(words) ?? [];
    const output = reader?.outputs[0];
    if (reader === undefined || output === undefined || others.length > 0) {
      return { words, scale: 1, multiplier: 1 };
    }
    if (reader.op !== "Cast" || output.type !== words.type) {
      const [a, b] = reader.inputs;
      const factor = reader.op === "Mul" ? scalarBehindCasts(a === words ? b : a) : undefined;
      const root = Math.sqrt(Number(rows.shape.at(-1)));
      const isNamed = factor !== undefined && named !== undefined && isRounded(factor, named);
      const isOfModule = factor !== undefined && !isNamed && isRounded(factor, root);
      return isOfModule
        ? { words: output, scale: factor, multiplier: 1 }
        : { words, scale: 1, multiplier: factor ?? 1 };
    }
    words = output;
  }
}

/** The number that a constant of one element holds, also where it is cast or given further axes. */
function scalarBehindCasts(value: Value | null | undefined): number | undefined {
  return value ? scalarOf(throughCarriers(value)) : undefined;
}

/**
 * The last value after `words`, before tokens are mixed, that all paths pass through: after its node, nothing else
 * that depends on the words is used any more. Where no tokens are mixed, the words themselves.
 */
function lastCut(graph: Graph, nodes: readonly Node[], words: Value): Value {
  const dependent = dependents(nodes, [words]);
  const uses = new Map<Value, number>();
  const count = (value: Value, by: number) => uses.set(value, (uses.get(value) ?? 0) + by);
  const consumed = (node: Node) =>
    node.inputs.filter((input): input is Value => input !== null && dependent.has(input));
  for (const node of nodes) for (const input of consumed(node)) count(input, 1);
  for (const output of graph.outputs.values()) count(output, 1);
  const open = new Set([words]);
  let source = words;
  for (const node of nodes) {
    const used = consumed(node);
    if (used.length === 0) continue;
    if (mixesTokens(node, dependent)) return source;
    for (const input of used) {
      count(input, -1);
      if (uses.get(input) === 0) open.delete(input);
    }
    for (const output of node.outputs) if (dependent.has(output) && uses.has(output)) open.add(output);
    const [only] = open;
    if (open.size === 1 && only!.shape.length === 3) source = only!;
  }
  return words;
}

/** Tokens are mixed where two values that depend on the words are multiplied as matrices: in attention. */
function mixesTokens(node: Node, dependent: ReadonlySet<Value>): boolean {
  return node.op === "Softmax" || !isTokenWise(node) ||
    (definitionOf(node.op).isMatrixProduct === true &&
      node.inputs.every((input) => input !== null && dependent.has(input)));
}

/** Whether the embedding layer itself takes `position_ids`. */
export function addsPositions({ output }: Embedding): boolean {
  return [...ancestors(output)].some((node) =>
    node.inputs.some((input) => input?.name === "position_ids" && !input.producer)
  );
}
