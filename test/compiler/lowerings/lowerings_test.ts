import { create, toBinary } from "@bufbuild/protobuf";
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema } from "onnx-buf";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import { CompileError } from "../../../src/compiler/graph/errors.ts";
import { emit } from "../../../src/compiler/backend/emit.ts";
import type { Attributes, Constant, Value } from "../../../src/compiler/graph/graph.ts";
import { loweringOf, LOWERINGS } from "../../../src/compiler/lowerings/mod.ts";
import { attributeProto, inlineTensor, valueInfo } from "../../../src/compiler/backend/onnx_protos.ts";
import { openCpu } from "../../../src/device/cpu.ts";
import { float32Tensor } from "../../../src/device/device.ts";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { relativeError } from "../graph_runner.ts";

/** A fused operator applied to a random tensor `x` and to constants; `null` is an input that is not given. */
interface Case {
  readonly op: string;
  readonly what: string;
  readonly x: readonly number[];
  readonly rest: readonly (Constant | null)[];
  readonly attributes?: Attributes;
  /** Which input `x` is; the first by default. */
  readonly at?: number;
  /** Rows of the result (its first two axes flattened) that count; all by default. */
  readonly rows?: readonly number[];
  readonly opset?: number;
}

const stream = new RandomStream(7, "lowerings");

function random(...dims: number[]): Constant {
  const size = dims.reduce((a, b) => a * b, 1);
  return float32(Array.from({ length: size }, () => stream.uniform(-1, 1)), dims);
}

function bytes(
  type: "uint8" | "int8" | "int4" | "uint4" | "bool",
  items: readonly number[],
  ...dims: number[]
): Constant {
  return { type, dims, bytes: Uint8Array.from(items) };
}

function randomBytes(...dims: number[]): Constant {
  const size = dims.reduce((a, b) => a * b, 1);
  return bytes("uint8", Array.from({ length: size }, () => stream.integer(256)), ...dims);
}

function int32(items: readonly number[], ...dims: number[]): Constant {
  return { type: "int32", dims, bytes: new Uint8Array(Int32Array.from(items).buffer) };
}

const MS = "com.microsoft.";
const HEADS: Attributes = { num_heads: 2 };
const GROUPED: Attributes = { num_heads: 2, kv_num_heads: 1 };
/** Two texts of 3 and 2 tokens; the row after the second's end does not count. */
const LENGTHS = [int32([2, 1], 2), int32([3], 1)] as const;
const COUNTED = [0, 1, 2, 3, 4];
const TABLES = [random(8, 2), random(8, 2)] as const;
const WIDE_TABLES = [random(8, 8), random(8, 8)] as const;
const noPast = (heads: number): Constant => ({
  type: "float32",
  dims: [2, heads, 0, 16],
  bytes: new Uint8Array(0),
});

const CASES: readonly Case[] = [
  { op: `${MS}BiasGelu`, what: "", x: [2, 3, 4], rest: [random(4)] },
  { op: `${MS}FastGelu`, what: "with a bias", x: [2, 3, 4], rest: [random(4)] },
  { op: `${MS}FastGelu`, what: "without a bias", x: [2, 3, 4], rest: [] },
  { op: "Gelu", what: "exact", x: [2, 3, 4], rest: [], opset: 20 },
  { op: "Gelu", what: "by tanh", x: [2, 3, 4], rest: [], attributes: { approximate: "tanh" }, opset: 20 },
  { op: "LogSoftmax", what: "over axis 1", x: [2, 3, 4], rest: [], attributes: { axis: 1 } },
  {
    op: `${MS}SkipLayerNormalization`,
    what: "with a bias before",
    x: [2, 3, 4],
    rest: [random(2, 3, 4), random(4), random(4), random(4)],
    attributes: { epsilon: { float: 1e-5 } },
  },
  {
    op: `${MS}SkipLayerNormalization`,
    what: "without biases",
    x: [2, 3, 4],
    rest: [random(2, 3, 4), random(4)],
    attributes: { epsilon: { float: 1e-5 } },
  },
  {
    op: `${MS}SkipSimplifiedLayerNormalization`,
    what: "",
    x: [2, 3, 4],
    rest: [random(2, 3, 4), random(4)],
    attributes: { epsilon: { float: 1e-6 } },
  },
  {
    op: "RMSNormalization",
    what: "",
    x: [2, 3, 4],
    rest: [random(4)],
    attributes: { epsilon: { float: 1e-6 } },
    opset: 23,
  },
  {
    op: `${MS}EmbedLayerNormalization`,
    what: "",
    at: 2,
    x: [5, 4],
    rest: [
      int32([0, 4, 2, 1, 1, 3], 2, 3),
      int32([0, 1, 0, 0, 0, 1], 2, 3),
      random(6, 4),
      random(2, 4),
      random(4),
      random(4),
    ],
    attributes: { epsilon: { float: 1e-6 } },
  },
  { op: `${MS}Attention`, what: "bare", x: [2, 3, 8], rest: [random(8, 24), random(24)], attributes: HEADS },
  {
    op: `${MS}Attention`,
    what: "with a mask of keys",
    x: [2, 3, 8],
    rest: [random(8, 24), random(24), int32([1, 1, 1, 1, 1, 0], 2, 3)],
    attributes: HEADS,
  },
  {
    op: `${MS}Attention`,
    what: "with lengths, one way, scaled",
    x: [2, 3, 8],
    rest: [random(8, 24), random(24), int32([3, 2], 2)],
    attributes: { ...HEADS, unidirectional: 1, scale: { float: 0.3 } },
  },
  {
    op: `${MS}Attention`,
    what: "with scores added",
    x: [2, 3, 8],
    rest: [random(8, 24), random(24), null, null, random(2, 2, 3, 3)],
    attributes: HEADS,
  },
  {
    op: `${MS}QAttention`,
    what: "",
    at: 2,
    x: [24],
    rest: [
      randomBytes(2, 3, 8),
      randomBytes(8, 24),
      float32([0.01], []),
      float32([0.02], []),
      int32([1, 1, 0, 1, 1, 1], 2, 3),
      bytes("uint8", [120]),
      bytes("uint8", [130]),
    ],
    attributes: HEADS,
    rows: [0, 1, 3, 4, 5],
  },
  {
    op: `${MS}MultiHeadAttention`,
    what: "with a bias and a mask",
    x: [2, 3, 8],
    rest: [random(2, 3, 8), random(2, 3, 8), random(24), int32([1, 1, 1, 1, 1, 0], 2, 3)],
    attributes: HEADS,
  },
  {
    op: `${MS}MultiHeadAttention`,
    what: "with scores added",
    x: [2, 3, 8],
    rest: [random(2, 3, 8), random(2, 3, 8), null, null, random(1, 2, 3, 3)],
    attributes: HEADS,
  },
  {
    op: `${MS}GroupQueryAttention`,
    what: "with one group",
    x: [2, 3, 32],
    rest: [random(2, 3, 16), random(2, 3, 16), noPast(1), noPast(1), ...LENGTHS],
    attributes: GROUPED,
    rows: COUNTED,
  },
  {
    op: `${MS}GroupQueryAttention`,
    what: "packed, turned, with a window",
    x: [2, 3, 64],
    rest: [null, null, noPast(1), noPast(1), ...LENGTHS, ...WIDE_TABLES],
    attributes: { ...GROUPED, do_rotary: 1, local_window_size: 2 },
    rows: COUNTED,
  },
  {
    op: `${MS}GroupQueryAttention`,
    what: "turned in neighbouring pairs, softly capped",
    x: [2, 3, 32],
    rest: [random(2, 3, 16), random(2, 3, 16), noPast(1), noPast(1), ...LENGTHS, ...WIDE_TABLES],
    attributes: { ...GROUPED, do_rotary: 1, rotary_interleaved: 1, softcap: { float: 2 } },
    rows: COUNTED,
  },
  {
    op: "Attention",
    what: "causal, in groups",
    x: [2, 3, 8],
    rest: [random(2, 3, 4), random(2, 3, 4)],
    attributes: { q_num_heads: 2, kv_num_heads: 1, is_causal: 1 },
    opset: 23,
  },
  {
    op: "Attention",
    what: "with a bool mask, heads apart",
    x: [2, 2, 3, 4],
    rest: [random(2, 2, 3, 4), random(2, 2, 3, 4), bytes("bool", [1, 0, 1, 1, 1, 0, 1, 1, 1], 3, 3)],
    opset: 23,
  },
  {
    op: `${MS}RotaryEmbedding`,
    what: "of whole heads",
    x: [2, 3, 8],
    rest: [int64([0, 1, 2, 3, 4, 5], [2, 3]), ...TABLES],
  },
  {
    op: `${MS}RotaryEmbedding`,
    what: "of a part of each head, in neighbouring pairs",
    x: [2, 2, 3, 6],
    rest: [int64([0, 1, 2, 3, 4, 5], [2, 3]), ...TABLES],
    attributes: { interleaved: 1, rotary_embedding_dim: 4, num_heads: 2 },
  },
  {
    op: "RotaryEmbedding",
    what: "by positions",
    x: [2, 2, 3, 4],
    rest: [...TABLES, int64([0, 1, 2, 3, 4, 5], [2, 3])],
    opset: 23,
  },
  ...[null, randomBytes(5)].map((zeros): Case => ({
    op: `${MS}MatMulNBits`,
    what: `of 4 bits, ${zeros ? "with" : "without"} zero points`,
    x: [2, 3, 32],
    rest: [randomBytes(5, 2, 8), random(10), zeros],
    attributes: { bits: 4, block_size: 16, K: 32, N: 5 },
  })),
  {
    op: `${MS}MatMulNBits`,
    what: "of 4 bits, the last block cut off",
    x: [2, 3, 40],
    rest: [randomBytes(5, 3, 8), random(15), randomBytes(10)],
    attributes: { bits: 4, block_size: 16, K: 40, N: 5 },
  },
  {
    op: `${MS}MatMulNBits`,
    what: "of 8 bits",
    x: [2, 3, 32],
    rest: [randomBytes(5, 2, 16), random(10)],
    attributes: { bits: 8, block_size: 16, K: 32, N: 5 },
  },
  ...(["int4", "uint4"] as const).map((type): Case => ({
    op: "DequantizeLinear",
    what: `of ${type} in blocks, the last one cut off`,
    x: [5, 2],
    at: 1,
    rest: [
      bytes(type, Array.from({ length: 15 }, () => stream.integer(256)), 5, 6),
      bytes(type, Array.from({ length: 5 }, () => stream.integer(256)), 5, 2),
    ],
    attributes: { axis: 1, block_size: 4 },
    opset: 21,
  })),
  {
    op: "DequantizeLinear",
    what: "of int8 in blocks along the first axis",
    x: [2, 3],
    at: 1,
    rest: [bytes("int8", Array.from({ length: 12 }, () => stream.integer(256)), 4, 3)],
    attributes: { axis: 0, block_size: 2 },
    opset: 21,
  },
  {
    op: "DequantizeLinear",
    what: "of int4 by columns",
    x: [3],
    at: 1,
    rest: [bytes("int4", [0x18, 0xf2, 0x37], 2, 3)],
    attributes: { axis: 1 },
    opset: 21,
  },
  {
    op: `${MS}DynamicQuantizeMatMul`,
    what: "",
    x: [2, 3, 4],
    rest: [randomBytes(4, 5), random(5), randomBytes(5), random(5)],
  },
  {
    op: "Einsum",
    what: "of attention's scores",
    x: [2, 3, 2, 4],
    rest: [random(2, 3, 2, 4)],
    attributes: { equation: "bind, bjnd -> bnij" },
  },
  {
    op: "Einsum",
    what: "of an outer product",
    x: [3],
    rest: [random(4)],
    attributes: { equation: "i,j->ij" },
  },
];

Deno.test("an Einsum that repeats an axis of size 1 is refused by name", () => {
  const b = new Builder("model.onnx");
  const inputs = [[1, 3], [2, 3]].map((shape, i) => b.input(`x${i}`, "float32", shape));
  const node = { op: "Einsum", inputs, outputs: 1, attributes: { equation: "bi,bi->b" } };
  assertThrows(
    () => loweringOf(node)!(b, node),
    CompileError,
    "Einsum 'bi,bi->b' whose axis 'b' has the extents 1 and 2",
  );
});

const cpu = await openCpu();

for (const one of CASES) {
  Deno.test(`${one.op} ${one.what} is lowered to what ONNX Runtime's own operator gives`, () => compare(one));
}

Deno.test("every lowering is compared with ONNX Runtime's own operator, where it has one", () => {
  // Its CPU build lacks Swish; MatMulIntegerToFloat and QLinearMatMul are compared in ops/quantization_test.ts.
  const elsewhere = ["Swish", `${MS}MatMulIntegerToFloat`, "QLinearMatMul"];
  const covered = new Set([...CASES.map(({ op }) => op), ...elsewhere]);
  assertEquals(Object.keys(LOWERINGS).filter((op) => !covered.has(op)), []);
});

async function compare(one: Case): Promise<void> {
  const size = one.x.reduce((a, b) => a * b, 1);
  const x = float32Tensor(Float32Array.from({ length: size }, () => stream.uniform(-1, 1)), one.x);
  const b = new Builder("lowered.onnx");
  const input = b.input("x", "float32", one.x);
  const inputs: (Value | null)[] = one.rest.map((item, i) => item && b.constant(`c${i}`, item));
  inputs.splice(one.at ?? 0, 0, input);
  const node = { op: one.op, inputs, attributes: one.attributes ?? {} };
  const [y] = loweringOf(node)!(b, node);
  const lowered = await cpu.open({
    bytes: emit(b.graph(new Map([["y", y!]])), "lowered").bytes,
    weights: new Map(),
  });
  const own = await cpu.open({ bytes: ownModel(one, inputs), weights: new Map() });
  const [found, expected] = [(await lowered.run({ x })).y!, (await own.run({ x })).y!];
  assertEquals(found.dims, expected.dims);
  const width = expected.data.length / expected.dims.slice(0, 2).reduce((a, b) => a * b, 1);
  const counted = ({ data }: typeof found) => {
    const all = data as Float32Array;
    return one.rows ? one.rows.flatMap((row) => [...all.subarray(row * width, (row + 1) * width)]) : all;
  };
  const error = relativeError(counted(found), counted(expected));
  assert(error < 1e-5, `relative error ${error}`);
  await Promise.all([lowered.release(), own.release()]);
}

/** An ONNX file with the operator as its only node. */
function ownModel({ op, attributes = {}, opset = 18 }: Case, inputs: readonly (Value | null)[]): Uint8Array {
  const dot = op.lastIndexOf(".");
  const outputs = op.endsWith("EmbedLayerNormalization") ? ["y", "m"] : ["y"];
  if (op.endsWith("GroupQueryAttention")) outputs.push("k", "v");
  const constants = inputs.filter((value) => value?.constant);
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 10n,
      opsetImport: [["", opset], ["com.microsoft", 1]].map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain: domain as string, version: BigInt(version!) })
      ),
      graph: create(GraphProtoSchema, {
        name: "own",
        input: inputs.filter((value) => value && !value.constant).map((value) =>
          valueInfo(value!.name, value!)
        ),
        output: [valueInfo("y", { name: "y", type: "float32", shape: [] })].map((info) => {
          info.type!.value = {
            case: "tensorType",
            value: { ...(info.type!.value.value as object), shape: undefined } as never,
          };
          return info;
        }),
        initializer: constants.map((value) => {
          const tensor = inlineTensor(value!.constant!);
          tensor.name = value!.name;
          return tensor;
        }),
        node: [
          create(NodeProtoSchema, {
            opType: op.slice(dot + 1),
            domain: dot < 0 ? "" : op.slice(0, dot),
            name: "node",
            input: inputs.map((value) => value?.name ?? ""),
            output: outputs,
            attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
          }),
        ],
      }),
    }),
  );
}
