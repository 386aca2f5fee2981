import { assertEquals, assertThrows } from "@std/assert";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import type { Value } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { floatAttribute, integerAttribute } from "../../../src/compiler/ops/op_definition.ts";

const b = new Builder("model.onnx");
const x = b.input("x", "float32", [2, 3]);

Deno.test("operators, their attributes and these attributes' types are checked when the compiler is compiled", () => {
  const misspelled = () => {
    // @ts-expect-error There is no such operator.
    b.op("Reshpae", [x, b.integers([6])]);
  };
  assertThrows(misspelled, CompileError, "no row for operator Reshpae in model.onnx");
  const misnamed = () => {
    // @ts-expect-error It is called `axis`.
    b.op("Softmax", [x], { axes: 1 });
    // @ts-expect-error An axis is a number.
    b.op("Softmax", [x], { axis: "1" });
    // @ts-expect-error A float attribute is no integer attribute.
    b.op("LeakyRelu", [x], { alpha: 0.2 });
    // @ts-expect-error It takes none.
    b.node("Add", [x, x], { axis: 1 });
    // @ts-expect-error A cast names the type.
    b.op("Cast", [x], {});
  };
  assertThrows(misnamed, CompileError);
});

Deno.test("attributes are read by their names and as what they are", () => {
  const node = { attributes: { alpha: { float: 0.5 } } };
  assertEquals(floatAttribute(node, "alpha", 0.01), 0.5);
  assertEquals(integerAttribute(node, "axis", -1), -1);
  // @ts-expect-error There is no such attribute.
  assertEquals(integerAttribute(node, "axsi", -1), -1);
  // @ts-expect-error It is a float.
  assertThrows(() => integerAttribute(node, "alpha", 0), CompileError, "'alpha' is not of the kind integer");
});

Deno.test("a node of a file is checked when it is read", () => {
  assertEquals(b.checkedNode("Softmax", [x], { axis: 0 }, "probabilities", ["y"])[0]!.name, "y");
  assertThrows(
    () => b.checkedNode("Blur", [x], {}, "layer.1/blur"),
    CompileError,
    "no row for operator Blur of node 'layer.1/blur' in model.onnx",
  );
});

/** Calls that do not compile; at runtime, the operator's row refuses them. */
const MISTYPED: Readonly<Record<string, (b: Builder, x: Value) => Value>> = {
  // @ts-expect-error: the attribute 'axis' is required
  "a required attribute is left out": (b, x) => b.op("Concat", [x, x]),
  // @ts-expect-error: the mode is misspelt
  "an attribute has another value": (b, x) => b.op("Pad", [x, b.integers([1, 1])], { mode: "refelct" }),
  // @ts-expect-error: a flag is 0 or 1
  "a flag is 2": (b, x) => b.op("ReduceSum", [x], { keepdims: 2 }),
};

for (const [what, call] of Object.entries(MISTYPED)) {
  Deno.test(`a node is refused by the type checker and by the builder where ${what}`, () => {
    const b = new Builder("tiny.onnx");
    assertThrows(() => call(b, b.input("x", "float32", [3])), CompileError, "the attribute '");
  });
}

Deno.test("a graph has a most of nodes, whatever makes them", () => {
  const long = new Builder("model.onnx");
  const z = long.input("z", "float32", []);
  const most = 80_000;
  for (let i = 0; i < most; i++) long.op("Neg", [z]);
  assertThrows(
    () => long.node("Neg", [z], {}, "one"),
    CompileError,
    `it has more than ${most} nodes with those of gradients, updates and lowerings, which is more than the compiler works on: is the file damaged?: operator Neg of node 'one' in model.onnx`,
  );
});
