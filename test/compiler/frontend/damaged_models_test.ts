/** What damaged copies of models have shown: each is refused by name, or compiled, in no time. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile, CompileError, compileHard } from "../../../src/compiler/mod.ts";
import { attributeProto } from "../../../src/compiler/backend/onnx_protos.ts";
import { type FileParts, modelFile, TOKENS } from "../untouched.ts";

const LOOKUP: FileParts["nodes"][number] = ["Gather", ["words", "input_ids"], ["x"]];
const HEAD: FileParts["nodes"][number] = ["MatMul", ["y", "head"], ["logits"]];
const WEIGHTS = { words: [10, 4], head: [4, 10] };

/** A language model with nodes between its embeddings `x` and the input `y` of its head. */
function withNodes(nodes: FileParts["nodes"], more: Omit<FileParts, "nodes"> = {}): Uint8Array {
  return modelFile({ ...more, nodes: [LOOKUP, ...nodes, HEAD], weights: { ...WEIGHTS, ...more.weights } });
}

function refuses(name: string, bytes: () => Uint8Array, message: string): void {
  Deno.test(`the compiler refuses ${name}`, () => {
    assertThrows(() => compileHard(bytes(), "m.onnx", { verify: true }), CompileError, message);
  });
}

/** That a model is compiled, or refused, before a test would be noticed. */
function ends(name: string, bytes: () => Uint8Array): void {
  Deno.test(`the compiler finishes with ${name}`, () => {
    const model = bytes();
    const start = performance.now();
    try {
      void compile(model, "m.onnx", "embedding-output", "adamw").train;
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
    }
    assert(performance.now() - start < 10_000);
  });
}

refuses(
  "an operator with the name of a property of every object",
  () => withNodes([["constructor", ["x"], ["y"]]]),
  "no row for operator constructor of node 'node_1' in m.onnx",
);
refuses(
  "two inputs of one name",
  () => renamed(withNodes([["Neg", ["x"], ["y"]]], { inputs: { input_ids: TOKENS, input_idz: TOKENS } })),
  "m.onnx has two inputs 'input_ids': is the file damaged?",
);
refuses(
  "an index beyond the end of an axis",
  () =>
    withNodes([["Shape", ["x"], ["s"]], ["Gather", ["s", "at"], ["n"]], ["Mul", ["x", "n"], ["y"]]], {
      integers: { at: [3] },
    }),
  "the index 3 is outside an axis of 3: operator Gather of node 'node_2' in m.onnx",
);
refuses(
  "parts of different ranks that are joined",
  () => withNodes([["Concat", ["head", "flat"], ["y"], { axis: 1 }]], { weights: { flat: [4] } }),
  "[4, 10] and [4] cannot be joined along axis 1",
);
refuses(
  "an extent that is no exact number",
  () =>
    withNodes([["Expand", ["x", "s"], ["e"]], ["ReduceSum", ["e", "a"], ["y"]]], {
      integers: { s: [2 ** 62, 1, 1, 1], a: [0] },
    }),
  "it would give [4611686018427388000, batch, sequence, 4], and no tensor has an extent of 4611686018427388000: operator Expand of node 'node_1'",
);
refuses(
  "more elements than a tensor has",
  () =>
    withNodes([["Range", ["z", "n", "one"], ["r"]], ["Gather", ["r", "z"], ["q"]], ["Mul", ["x", "q"], [
      "y",
    ]]], {
      integers: { z: 0, n: 1e12, one: 1 },
    }),
  "more than 68719476736 elements of one tensor, however few the texts, which is more than the compiler works on: is the file damaged?: operator Range of node 'node_1'",
);
refuses(
  "a shape with two extents that are left open",
  () => withNodes([["Reshape", ["x", "s"], ["y"]]], { integers: { s: [-1, -1] } }),
  "and no tensor has an extent of -4*batch*sequence: operator Reshape of node 'node_1'",
);
refuses(
  "a node with too many inputs, naming it",
  () => withNodes([["Sum", Array.from({ length: 5000 }, () => "x"), ["y"]]]),
  "operator Sum of node 'node_1' in m.onnx has more than 4096 inputs or outputs",
);

refuses(
  "names of a hundred thousand characters",
  () => {
    const name = (i: number) => i === 0 ? "x" : i === 150 ? "y" : `${"n".repeat(100_000)}${i}`;
    return withNodes(Array.from({ length: 150 }, (_, i) => ["Neg", [name(i)], [name(i + 1)]] as const));
  },
  "has more than 20000000 characters in the names of its nodes and tensors",
);

Deno.test("a Slice to the largest int64 and from the least takes all", () => {
  const bytes = withNodes([["Slice", ["x", "from", "to", "axis"], ["y"]]], {
    integers: { from: [-(2 ** 63)], to: [2 ** 63 - 1024], axis: [1] },
  });
  compileHard(bytes, "m.onnx", { verify: true });
});

Deno.test("an attribute that is the largest int64 is written as it is", () => {
  const largest = 2n ** 63n - 1n;
  assertEquals(attributeProto("end", Number(largest)).i, largest);
  assertEquals(attributeProto("axes", [Number(largest), 1]).ints, [largest, 1n]);
});

ends("a shape that is joined to itself sixty times", () => {
  const twice: FileParts["nodes"] = Array.from(
    { length: 60 },
    (_, i) => ["Concat", [`s${i}`, `s${i}`], [`s${i + 1}`], { axis: 0 }] as const,
  );
  return withNodes([
    ["Shape", ["input_ids"], ["s0"]],
    ...twice,
    ["Cast", ["s60"], ["f"], { to: 1 }],
    ["ReduceSum", ["f"], ["r"], { keepdims: 0 }],
    ["Add", ["x", "r"], ["y"]],
  ]);
});
ends("positions that twelve thousand nodes count", () => {
  const counted: FileParts["nodes"] = Array.from(
    { length: 12_000 },
    (_, i) => ["Add", [`r${i}`, "zero"], [`r${i + 1}`]] as const,
  );
  return withNodes([
    ["Shape", ["input_ids"], ["s"]],
    ["Gather", ["s", "one"], ["n"]],
    ["Range", ["zero", "n", "one"], ["r0"]],
    ...counted,
    ["Gather", ["places", "r12000"], ["p"]],
    ["Add", ["x", "p"], ["y"]],
  ], { integers: { zero: 0, one: 1 }, weights: { places: [64, 4] } });
});
ends("logits that forty nodes double, each of the one before", () => {
  const doubled: FileParts["nodes"] = Array.from(
    { length: 40 },
    (_, i) => ["Add", [`d${i}`, `d${i}`], [`d${i + 1}`]] as const,
  );
  return modelFile({
    nodes: [LOOKUP, ["MatMul", ["x", "head"], ["d0"]], ...doubled, ["Neg", ["d40"], ["logits"]]],
    weights: WEIGHTS,
  });
});
ends("four hundred selections of one value", () => {
  const columns = Array.from({ length: 400 }, (_, i) => i);
  return modelFile({
    nodes: [
      LOOKUP,
      ["Neg", ["x"], ["c"]],
      ...columns.map((i) => ["Gather", ["c", "two"], [`p${i}`], { axis: 2 }] as const),
      ["Sum", columns.map((i) => `p${i}`), ["y"]],
      ["MatMul", ["y", "narrow"], ["logits"]],
    ],
    integers: { two: [2, 3] },
    weights: { words: [10, 4], narrow: [2, 10] },
  });
});

/** The bytes with the input 'input_idz' under the name of another input. */
function renamed(bytes: Uint8Array): Uint8Array {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("").replaceAll(
    "input_idz",
    "input_ids",
  );
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
