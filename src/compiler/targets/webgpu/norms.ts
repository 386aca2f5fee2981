import { float32 } from "../../graph/constants.ts";
import { sameShape } from "../../graph/dimension.ts";
import { type Graph, liveNodes, type Node, type PassLog, type Value } from "../../graph/graph.ts";
import { readersOf, usesOf } from "../../graph/uses.ts";
import type { Builder } from "../../ops/builder.ts";
import { floatAttribute } from "../../ops/op_definition.ts";
import { rewrite } from "../../ops/rewrite.ts";
import { any, op } from "../../ops/pattern.ts";

const NORMALIZED = op("Mul", op("Sub", any("x"), any("mean")), any("inverse"));

/** The normalized rows of a norm's input, and the inverse of their deviations. */
interface Normalized {
  readonly rows: Value;
  readonly inverse: Value;
}

/**
 * Takes the normalized rows that a norm's gradient reads from a norm without a scale and a bias, and the inverse deviations with
 * them, in place of computing them from the norm's own statistics, which nothing reads then.
 */
export function normalizeOnce(graph: Graph, log: PassLog = () => {}): Graph {
  const norms = normsByRows(graph);
  const byInverse = new Map([...norms.values()].map((norm) => [norm.outputs[2]!, norm]));
  const made = new Map<Node, Normalized>();
  return rewrite(graph, (node, _, b, now) => {
    const normalized = (norm: Node) => {
      const before = made.get(norm) ?? normalizedRows(b, norm, now(norm.inputs[0]!));
      made.set(norm, before);
      return before;
    };
    const norm = norms.get(node.outputs[0]!);
    if (norm !== undefined) {
      log("normalized once", norm.op);
      return [normalized(norm).rows];
    }
    if (!node.inputs.some((input) => input !== null && byInverse.has(input))) return undefined;
    const inputs = node.inputs.map((input) => {
      if (input === null) return null;
      const own = byInverse.get(input);
      return own === undefined ? now(input) : normalized(own).inverse;
    });
    return b.checkedNode(node.op, inputs, node.attributes, node.name, node.outputs.map(({ name }) => name));
  });
}

/** The norms whose normalized rows are computed from their statistics, by the value of these rows. */
function normsByRows(graph: Graph): ReadonlyMap<Value, Node> {
  const found = new Map<Value, Node>();
  for (const { outputs } of liveNodes(graph)) {
    const bound = NORMALIZED(outputs[0]!, new Map());
    const norm = bound?.get("inverse")?.producer;
    const isOne = norm?.op === "LayerNormalization" && norm.inputs[0] === bound!.get("x") &&
      norm.outputs[1] === bound!.get("mean") && norm.outputs[2] === bound!.get("inverse");
    if (isOne) found.set(outputs[0]!, norm);
  }
  return found;
}

function normalizedRows(b: Builder, norm: Node, x: Value): Normalized {
  const ones = b.filled(norm.inputs[1]!.shape, float32([1], [1]));
  const [rows, , inverse] = b.checkedNode(norm.op, [x, ones], norm.attributes, "", ["", "", ""]);
  return { rows: rows!, inverse: inverse! };
}

/** The numbers of axes that ONNX Runtime's `SkipLayerNormalization` takes. */
const RANKS: readonly number[] = [2, 3];

/** Adds what a norm is of within the norm, which gives the sum as well. */
export function addWithinNorms(graph: Graph, log: PassLog = () => {}): Graph {
  const nodes = liveNodes(graph);
  const readers = readersOf(nodes);
  const uses = usesOf(graph);
  /** The norms that take their sums along, by the value of the sum. */
  const norms = new Map<Value, Node>();
  for (const node of nodes) {
    const sum = node.outputs[0]!;
    const norm = node.op === "Add" ? readers.get(sum)?.find(isPlainNorm) : undefined;
    const isWhole = RANKS.includes(sum.shape.length) &&
      node.inputs.every((input) => input !== null && sameShape(input.shape, sum.shape));
    const areRead = norm?.outputs.slice(1).some((statistic) => uses.has(statistic));
    if (norm !== undefined && isWhole && !areRead) norms.set(sum, norm);
  }
  const done = new Map<Node, Value>();
  return rewrite(graph, (node, inputs, b, now) => {
    const before = done.get(node);
    if (before !== undefined) return [before];
    const norm = norms.get(node.outputs[0]!);
    if (norm === undefined) return undefined;
    const [, scale, bias] = norm.inputs;
    const given = [...inputs, now(scale!), ...(bias ? [now(bias)] : [])];
    const epsilon = { float: floatAttribute(norm, "epsilon", 1e-5) };
    const outputNames = [norm.outputs[0]!.name, "", "", node.outputs[0]!.name];
    const [y, , , sum] = b.node(
      "com.microsoft.SkipLayerNormalization",
      given,
      { epsilon },
      norm.name,
      outputNames,
    );
    log("added within a norm", norm.op);
    done.set(norm, y!);
    return [sum!];
  });
}

/** Whether a node is a norm over the last axis whose scale and bias are constants, known before what it is of. */
function isPlainNorm(node: Node): boolean {
  const [x, scale, bias] = node.inputs;
  const isKnown = (value: Value | null | undefined) => value?.constant?.dims.length === 1;
  return node.op === "LayerNormalization" && isKnown(scale) && (!bias || isKnown(bias)) &&
    sameShape(scale!.shape, x!.shape.slice(-1));
}
