import { smallIntegers } from "../graph/constants.ts";
import { type Dimension, product, sameDimension, sameShape, symbolsOf, termsOf } from "../graph/dimension.ts";
import { bytesPerElement, isFloat } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Constant, Graph, Node, Value } from "../graph/graph.ts";
import { inferOutputs } from "./infer_outputs.ts";
import type { Output } from "./op_definition.ts";

/** A graph that breaks the rules of the compiler's own form: a fault of the pass that made it, not of the model. */
export class InvalidGraphError extends Error {
  override readonly name = "InvalidGraphError";
}

/**
 * Checks that a graph is well formed, dead nodes included:
 *
 * - each value that is read is an input of the graph, a constant, integers known in terms of the inputs' dimensions, or the
 *   output of a node before (so that the graph is acyclic and in order);
 * - constants have the type, the shape, the bytes and the integers that they are said to have;
 * - each node and each value is made once, and values know what makes them;
 * - nodes have the inputs and the attributes that their operators' signatures declare;
 * - types, shapes and known integers are those that the operators' rows infer;
 * - inputs have names of their own, and there are outputs.
 *
 * @param after what made the graph, at the start of the message: `after pass 'narrow'`
 * @throws {InvalidGraphError} on the first rule that is broken, naming the node
 */
export function verify(graph: Graph, after: string): void {
  try {
    checkInputs(graph);
    checkNodes(graph);
    checkOutputs(graph);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    throw new InvalidGraphError(`${after}: ${error.message} (the graph of ${graph.source})`);
  }
}

/** A rule that is broken. */
class Violation extends Error {}

function checkInputs({ inputs }: Graph): void {
  const names = new Set<string>();
  for (const { name, producer, constant } of inputs) {
    if (names.has(name)) throw new Violation(`two inputs are called '${name}'`);
    if (producer || constant) {
      throw new Violation(`input '${name}' is ${producer ? "computed" : "a constant"}`);
    }
    names.add(name);
  }
}

function checkNodes(graph: Graph): void {
  const before = new Set<Node>();
  const checkRead = readsOf(graph, before);
  for (const [i, node] of graph.nodes.entries()) {
    const what = () => described(node, i);
    if (before.has(node)) throw new Violation(`${what()} is in the graph twice`);
    for (const value of node.inputs) if (value !== null) checkRead(value, what);
    checkOperator(node, what);
    before.add(node);
  }
}

function checkOutputs(graph: Graph): void {
  if (graph.outputs.size === 0) throw new Violation("there are no outputs");
  const checkRead = readsOf(graph, new Set(graph.nodes));
  for (const [name, value] of graph.outputs) checkRead(value, () => `output '${name}'`);
}

/**
 * A check that a value can be read where the nodes before have run.
 *
 * @param before those that have run
 */
function readsOf(
  { inputs, nodes }: Graph,
  before: ReadonlySet<Node>,
): (value: Value, reader: () => string) => void {
  const given = new Set(inputs);
  const places = new Map(nodes.map((node, i) => [node, i]));
  const defined = new Set(inputs.flatMap(({ shape }) => shape.map(String)));
  return (value, reader) => {
    const { name, producer, integers, constant } = value;
    const reads = () => `${reader()} reads '${name}'`;
    const unknown = symbolsIn(integers ?? []).find((symbol) => !defined.has(symbol));
    if (unknown !== undefined) {
      throw new Violation(`${reads()}, which depends on '${unknown}', a dimension of no input`);
    }
    const wrong = faultOfElements(value);
    if (wrong !== undefined) throw new Violation(`${reads()}, ${wrong}`);
    if (producer === undefined) {
      if (given.has(value) || constant !== undefined || integers !== undefined) return;
      throw new Violation(`${reads()}, which nothing makes`);
    }
    const made = () => `${reads()}, whose ${described(producer, places.get(producer))}`;
    if (!places.has(producer)) throw new Violation(`${made()} is not in the graph`);
    if (!before.has(producer)) throw new Violation(`${made()} comes later`);
    if (!producer.outputs.includes(value)) {
      throw new Violation(`${made()} does not have it among its outputs`);
    }
  };
}

/** What is wrong about the elements that a value is known to have. */
function faultOfElements({ type, shape, integers, constant }: Value): string | undefined {
  const own = constant && faultOfConstant(constant, type, shape);
  if (own !== undefined || integers === undefined) return own;
  if (isFloat(type)) return `whose ${integers.length} known integers are ${type}`;
  if (!sameDimension(product(shape), integers.length)) {
    return `whose shape is [${shape.join(", ")}] and that has ${integers.length} known integers`;
  }
  const held = constant && smallIntegers(constant);
  if (held === undefined || sameShape(held, integers)) return undefined;
  return `a constant of [${held.join(", ")}] whose known integers are [${integers.join(", ")}]`;
}

/** What is wrong about the tensor that a value of this type and shape is. */
function faultOfConstant(
  { type, dims, bytes, region }: Constant,
  expected: Value["type"],
  shape: Value["shape"],
): string | undefined {
  if (type !== expected) return `${expected}, whose constant is ${type}`;
  if (!sameShape(dims, shape)) {
    return `whose shape is [${shape.join(", ")}] and whose constant's is [${dims.join(", ")}]`;
  }
  const length = Math.ceil(dims.reduce((a, b) => a * b, 1) * bytesPerElement(type));
  const found = bytes?.length ?? region?.length;
  if (found === undefined) return "a constant that has no bytes";
  return found === length ? undefined : `a constant of ${length} bytes that has ${found}`;
}

/** Nodes that keep the rules, whatever graph they are in: passes leave most nodes as they are, and nodes do not change. */
const SOUND = new WeakSet<Node>();

/** Checks a node against its operator's signature, and its outputs against what the operator's row infers. */
function checkOperator(node: Node, what: () => string): void {
  if (SOUND.has(node)) return;
  const { outputs } = node;
  const inferred = inferredOutputs(() => inferOutputs(node, outputs.length), what);
  if (inferred.length !== outputs.length) {
    throw new Violation(`${what()} has ${outputs.length} outputs, and its row infers ${inferred.length}`);
  }
  for (const [i, output] of outputs.entries()) {
    if (output.producer !== node) {
      throw new Violation(`${what()} has the output '${output.name}', which names another producer`);
    }
    const expected = inferred[i]!;
    if (isSame(output, expected)) continue;
    throw new Violation(
      `${what()} has the output '${output.name}' ${signature(output)}, and its row infers ${
        signature(expected)
      }`,
    );
  }
  SOUND.add(node);
}

/** What a row infers; that it takes the inputs is a rule, too. */
function inferredOutputs(infer: () => Output[], what: () => string): Output[] {
  try {
    return infer();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw new Violation(`${what()} is refused by its row: ${error.message}`);
  }
}

/** Whether two have the same type, shape and known integers. */
function isSame(one: Output, other: Output): boolean {
  if (one.type !== other.type || !sameShape(one.shape, other.shape)) return false;
  if (one.integers === undefined || other.integers === undefined) return one.integers === other.integers;
  return sameShape(one.integers, other.integers);
}

/** `int64 [2] of elements batch, 4` */
function signature({ type, shape, integers }: Output): string {
  return `${type} [${shape.join(", ")}]${integers ? ` of elements ${integers.join(", ")}` : ""}`;
}

/** `node '/encoder/MatMul' (MatMul)`, or `node 17 (MatMul)` where it has no name. */
function described({ op, name }: Node, at?: number): string {
  return ["node", name ? `'${name}'` : at ?? [], `(${op})`].flat().join(" ");
}

function symbolsIn(dimensions: readonly Dimension[]): string[] {
  return dimensions.flatMap((dimension) => termsOf(dimension).flatMap(([key]) => symbolsOf(key)));
}
