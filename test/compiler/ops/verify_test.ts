import { assertThrows } from "@std/assert";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Graph, Node, Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { InvalidGraphError, verify } from "../../../src/compiler/ops/verify.ts";
import { noGraph, runPasses } from "../../../src/compiler/passes/run_passes.ts";

const BATCH = symbol("batch");

/** y = -(x + 1), whose two nodes and values the tests break. */
function wellFormed(): { graph: Graph; x: Value; sum: Node; negated: Node } {
  const b = new Builder("tiny.onnx");
  const x = b.input("x", "float32", [BATCH, 3]);
  const y = b.negate(b.add(x, b.scalar(1)));
  const [sum, negated] = b.nodes as [Node, Node];
  return { graph: b.graph(new Map([["y", y]])), x, sum, negated };
}

/** The same node with something else about it, which its outputs know. */
function changed(node: Node, change: Partial<Node>, output: Partial<Value> = {}): Node {
  const outputs: Value[] = [];
  const next = { ...node, ...change, outputs };
  outputs.push({ ...node.outputs[0]!, ...output, producer: next });
  return next;
}

/** A graph of these nodes that ends in the last one's output. */
function of(x: Value, nodes: readonly Node[]): Graph {
  return { source: "tiny.onnx", inputs: [x], nodes, outputs: new Map([["y", nodes.at(-1)!.outputs[0]!]]) };
}

const { graph, x, sum, negated } = wellFormed();
const elsewhere: Value = { name: "lost", type: "float32", shape: [BATCH, 3] };
const before = new Builder("tiny.onnx").negate(x);

/** A graph that is broken in one way, and the message that says so. */
const BROKEN: Readonly<Record<string, readonly [Graph, string]>> = {
  "a value that nothing makes": [
    of(x, [changed(negated, { inputs: [elsewhere] })]),
    "node 0 (Neg) reads 'lost', which nothing makes",
  ],
  "a value of a node that is not in the graph": [
    of(x, [changed(negated, { inputs: [before] })]),
    "node 0 (Neg) reads 'Neg_0', whose node (Neg) is not in the graph",
  ],
  "an order in which a value is read before it is made": [
    { ...graph, nodes: [negated, sum] },
    "node 0 (Neg) reads 'Add_0', whose node 1 (Add) comes later",
  ],
  "a cycle": [
    cycle(),
    "node 0 (Neg) reads 'Neg_1', whose node 1 (Neg) comes later",
  ],
  "a node that is there twice": [
    { ...graph, nodes: [sum, sum, negated] },
    "node 1 (Add) is in the graph twice",
  ],
  "a value that two nodes make": [
    { ...graph, nodes: [sum, { ...sum, name: "again" }, negated] },
    "node 'again' (Add) has the output 'Add_0', which names another producer",
  ],
  "a value that its producer does not know of": [
    of(x, [sum, changed(negated, { inputs: [{ ...sum.outputs[0]! }] })]),
    "node 1 (Neg) reads 'Add_0', whose node 0 (Add) does not have it among its outputs",
  ],
  "a shape that the row does not infer": [
    of(x, [changed(sum, { name: "sum" }, { shape: [3, BATCH] })]),
    "node 'sum' (Add) has the output 'Add_0' float32 [3, batch], and its row infers float32 [batch, 3]",
  ],
  "a type that the row does not infer": [
    of(x, [changed(sum, {}, { type: "float16" })]),
    "node 0 (Add) has the output 'Add_0' float16 [batch, 3], and its row infers float32 [batch, 3]",
  ],
  "integers that the row does not infer": [
    of(x, [changed(sum, {}, { integers: [1, 2, 3] })]),
    "node 0 (Add) has the output 'Add_0' float32 [batch, 3] of elements 1, 2, 3, and its row infers float32 [batch, 3]",
  ],
  "inputs that the row refuses": [
    of(x, [changed(negated, { inputs: [null] })]),
    "node 0 (Neg) is refused by its row: input 0 ('X') is missing",
  ],
  "fewer outputs than the row infers": [
    { ...graph, nodes: [sum, { ...negated, outputs: [] }] },
    "node 1 (Neg) has 0 outputs, and its row infers 1",
  ],
  "a dimension that no input has": [
    of(x, [
      changed(sum, {
        inputs: [x, { name: "size", type: "float32", shape: [], integers: [symbol("length")] }],
      }),
    ]),
    "node 0 (Add) reads 'size', which depends on 'length', a dimension of no input",
  ],
  "two inputs of one name": [
    { ...graph, inputs: [x, { ...x }] },
    "two inputs are called 'x'",
  ],
  "an input that a node computes": [
    { ...graph, inputs: [x, sum.outputs[0]!] },
    "input 'Add_0' is computed",
  ],
  "no outputs": [
    { ...graph, outputs: new Map() },
    "there are no outputs",
  ],
  "an output that nothing makes": [
    { ...graph, outputs: new Map([["y", elsewhere]]) },
    "output 'y' reads 'lost', which nothing makes",
  ],
};

/** A value that is wrong by itself, and what is said of the node that reads it. */
const WRONG_VALUES: Readonly<Record<string, readonly [Value, string]>> = {
  "a constant of another type": [
    { name: "c", type: "float64", shape: [3], constant: float32([1, 2, 3], [3]) },
    "float64, whose constant is float32",
  ],
  "a constant of another shape": [
    { name: "c", type: "float32", shape: [BATCH, 3], constant: float32([1, 2, 3], [3]) },
    "whose shape is [batch, 3] and whose constant's is [3]",
  ],
  "a constant with too few bytes": [
    { name: "c", type: "float32", shape: [4], constant: { ...float32([1, 2, 3], [3]), dims: [4] } },
    "a constant of 16 bytes that has 12",
  ],
  "a constant whose region of a file is too short": [
    {
      name: "c",
      type: "float32",
      shape: [3],
      constant: { type: "float32", dims: [3], region: { path: "tiny.onnx", offset: 0, length: 8 } },
    },
    "a constant of 12 bytes that has 8",
  ],
  "a constant without bytes": [
    { name: "c", type: "float32", shape: [3], constant: { type: "float32", dims: [3] } },
    "a constant that has no bytes",
  ],
  "a constant with other known integers": [
    { name: "c", type: "int64", shape: [2], constant: int64([1, 2], [2]), integers: [1, 3] },
    "a constant of [1, 2] whose known integers are [1, 3]",
  ],
  "more known integers than elements": [
    { name: "c", type: "int64", shape: [2], integers: [1, BATCH, 3] },
    "whose shape is [2] and that has 3 known integers",
  ],
  "known integers of real numbers": [
    { name: "c", type: "float32", shape: [1], integers: [1] },
    "whose 1 known integers are float32",
  ],
  "known integers of a node in another graph": [
    new Builder("tiny.onnx").op("Shape", [x]),
    "whose node (Shape) is not in the graph",
  ],
};

function cycle(): Graph {
  const first = changed(negated, { inputs: [x] });
  const second = changed(negated, { inputs: first.outputs }, { name: "Neg_1" });
  (first.inputs as (Value | null)[])[0] = second.outputs[0]!;
  return of(x, [first, second]);
}

Deno.test("a well-formed graph passes the verifier", () => verify(graph, "after import"));

for (const [what, [broken, message]] of Object.entries(BROKEN)) {
  Deno.test(`the verifier finds ${what}, and names the pass`, () => {
    const pass = { name: "break", requires: [], ensures: [], run: () => broken };
    assertThrows(
      () => runPasses(noGraph("tiny.onnx"), [pass], { verify: true }),
      InvalidGraphError,
      `after pass 'break': ${message} (the graph of tiny.onnx)`,
    );
  });
}

for (const [what, [value, message]] of Object.entries(WRONG_VALUES)) {
  Deno.test(`the verifier finds ${what}`, () => {
    const read: Node = { op: "Size", name: "reader", inputs: [value], attributes: {}, outputs: [] };
    assertThrows(
      () => verify(of(x, [changed(sum, {}), read, negated]), "here"),
      InvalidGraphError,
      `here: node 'reader' (Size) reads '${value.name}', ${message}`,
    );
  });
}
