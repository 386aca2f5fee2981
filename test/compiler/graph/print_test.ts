import { assertEquals } from "@std/assert";
import { float32 } from "../../../src/compiler/graph/constants.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import { printGraph } from "../../../src/compiler/graph/print.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";

const BATCH = symbol("batch");
const SEQUENCE = symbol("sequence");

Deno.test("a graph is printed a line a node, with types, shapes and attributes, and no bytes of weights", () => {
  const b = new Builder("tiny.onnx");
  const ids = b.input("input_ids", "int64", [BATCH, SEQUENCE]);
  const table = b.constant("words", float32(new Array(20).fill(0.25), [5, 4]));
  const [rows] = b.node("Gather", [table, ids], { axis: 0 }, "lookup", ["embedded"]);
  const scale = b.constant("scale", float32([0.1, 1e-8, 2, Math.SQRT1_2], [4]));
  const scaled = b.multiply(rows!, scale);
  const [norm] = b.node("LayerNormalization", [scaled, table, null], { axis: -1, epsilon: { float: 1e-5 } });
  const halves = b.node("Split", [b.reshape(norm!, [BATCH, 4, SEQUENCE])], { axis: 1 }, "", [
    "low",
    "high",
  ]);
  const total = b.op("com.microsoft.FusedMatMul", [halves[0]!, halves[1]!], { transA: 1, transB: 0 });
  b.op("Neg", [total]);
  const text = printGraph(b.graph(new Map([["total", total], ["size", b.integer(SEQUENCE)]])));
  assertEquals(
    text,
    `input input_ids: int64 [batch, sequence]
weight @words: float32 [5, 4]
%embedded: float32 [batch, sequence, 4] = Gather(@words, %input_ids) axis=0
%Mul.1: float32 [batch, sequence, 4] = Mul(%embedded, float32 [0.1, 1e-8, 2, 0.70710677])
%LayerNormalization.1: float32 [batch, sequence, 4] = LayerNormalization(%Mul.1, @words, none) axis=-1 epsilon=0.00001
%Reshape.1: float32 [batch, 4, sequence] = Reshape(%LayerNormalization.1, [batch, 4, sequence])
%low: float32 [batch, 2, sequence], %high: float32 [batch, 2, sequence] = Split(%Reshape.1) axis=1
%FusedMatMul.1: float32 [batch, sequence, sequence] = com.microsoft.FusedMatMul(%low, %high) transA=1 transB=0
output total = %FusedMatMul.1
output size = sequence
`,
  );
});

Deno.test("a further node gives new numbers to those of its own operator alone", () => {
  const lines = (further: boolean) => {
    const b = new Builder("tiny.onnx");
    const x = b.input("x", "float32", [3]);
    const start = further ? b.op("Exp", [b.negate(x)]) : b.op("Exp", [x]);
    return printGraph(b.graph(new Map([["y", b.op("Sqrt", [b.negate(start)])]]))).split("\n");
  };
  assertEquals(lines(false).find((line) => line.startsWith("%Sqrt")), "%Sqrt.1: float32 [3] = Sqrt(%Neg.1)");
  assertEquals(lines(true).find((line) => line.startsWith("%Sqrt")), "%Sqrt.1: float32 [3] = Sqrt(%Neg.2)");
});
