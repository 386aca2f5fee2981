import type { Builder } from "../ops/builder.ts";
import { int64 } from "../graph/constants.ts";
import { type Dimension, product, sameDimension, symbol } from "../graph/dimension.ts";
import { carriesIds, findEmbedding } from "../analysis/embedding_layer.ts";
import { ancestors, type Graph, type Node, type Value } from "../graph/graph.ts";
import { type Choice, type TableLookup, tableLookups } from "../analysis/position_lookups.ts";
import { definitionOf } from "../ops/mod.ts";
import { rewrite } from "../ops/rewrite.ts";

const BATCH = symbol("batch");
const SEQUENCE = symbol("sequence");

/** A graph whose embedding layer takes its positions from `position_ids`. */
export interface Exposed {
  readonly graph: Graph;
  /** The tables that its embedding layer reads by position; none where only attention uses positions. */
  readonly lookups: readonly TableLookup[];
  /** The position that a text's first token is fed, as the graph counts: RoBERTa's is its padding index + 1. */
  readonly first: number;
}

/**
 * Makes the positions an input: where the model counts them by itself, from a buffer (BERT), from the ids or the mask
 * (RoBERTa, OPT), or by cutting a table to the text's length, `position_ids` takes their place. Token types that are
 * computed or cut from a buffer become constants, so that neither ids nor the buffer's size matter to a prompt.
 *
 * @throws {CompileError} where positions enter the embedding layer in a way that is not supported
 */
export function exposePositions(graph: Graph): Exposed {
  const all = tableLookups(findEmbedding(graph));
  const chosen = (choice: Choice) =>
    new Map(all.filter((lookup) => lookup.choice === choice).map((lookup) => [lookup.node, lookup]));
  const constant = chosen("constant");
  const counted = chosen("counted");
  const lookups = all.filter(({ choice }) => choice === "counted" || choice === "given");
  // A file that takes positions is fed 0, 1, 2, …; positions that it also counts follow these.
  let positions: Value | undefined = graph.inputs.find(({ name }) => name === "position_ids");
  const first = positions ? 0 : lookups[0]?.first ?? 0;
  /** Values of the given graph that hold a row for each token, and now for each token of each text. */
  const rows = new Set<Value>();
  const exposed = rewrite(graph, (node, inputs, b) => {
    const lookup = counted.get(node);
    const same = constant.get(node);
    const output = node.outputs[0]!;
    if (same && isComputed(node.inputs[1]!)) {
      const [table, indices, ...more] = inputs;
      const row = b.filled(indices!.shape, int64([same.first], [1]));
      return b.checkedNode(node.op, [table!, row, ...more], node.attributes, node.name);
    }
    if (lookup) {
      positions ??= b.input("position_ids", "int64", [BATCH, SEQUENCE]);
      const shifted = lookup.first === first ? positions : b.add(positions, b.integer(lookup.first - first));
      const isFlat = sameDimension(node.inputs[1]!.shape[0] ?? 0, product([BATCH, SEQUENCE]));
      if (!isFlat) rows.add(output);
      return [looked(b, node, inputs, isFlat ? b.reshape(shifted, [product([BATCH, SEQUENCE])]) : shifted)];
    }
    if (!node.inputs[0] || !rows.has(node.inputs[0])) return undefined;
    const { isDecoder } = definitionOf(node.op);
    if (isDecoder) rows.add(output);
    if (!carriesIds(node) || !isRowForEachToken(output)) return undefined;
    rows.add(output);
    return isDecoder ? undefined : [inputs[0]!];
  });
  return { graph: exposed, lookups, first };
}

/** Rows of a lookup's table at other indices: [batch, sequence, dimension], or [batch · sequence, dimension]. */
function looked(
  b: Builder,
  node: Node,
  [table, , ...more]: readonly (Value | null)[],
  indices: Value,
): Value {
  if (node.op !== "Slice") {
    const flat = table!.shape.length === 2 ? table! : b.reshape(table!, table!.shape.slice(-2));
    const attributes = table!.shape.length === 2 ? node.attributes : {};
    return b.checkedNode(node.op, [flat, indices, ...more], attributes, node.name)[0]!;
  }
  return b.node("Gather", [b.reshape(table!, table!.shape.slice(-2)), indices], { axis: 0 }, node.name)[0]!;
}

/** Whether indices are more than a number repeated: cut from a buffer, or computed. */
function isComputed(indices: Value): boolean {
  return [...ancestors(indices)].some((node) => node.op !== "ConstantOfShape" && !carriesIds(node));
}

/** Whether a value is [sequence, dimension], perhaps with leading axes of size 1 or of the texts. */
function isRowForEachToken({ shape }: Value): boolean {
  const texts: Dimension = product(shape.slice(0, -2));
  return shape.length >= 2 && sameDimension(shape.at(-2)!, SEQUENCE) &&
    (sameDimension(texts, 1) || sameDimension(texts, BATCH));
}
