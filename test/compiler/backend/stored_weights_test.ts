import { create, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals } from "@std/assert";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
} from "onnx-buf";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { inlineTensor, valueInfo } from "../../../src/compiler/backend/onnx_protos.ts";
import { storeWeights, type WeightStorage } from "../../../src/compiler/backend/stored_weights.ts";
import { codeOf } from "../../../src/compiler/graph/element_types.ts";
import { float32, int64 } from "../../../src/compiler/graph/constants.ts";
import type { Constant } from "../../../src/compiler/mod.ts";
import { openCpu } from "../../../src/device/cpu.ts";

const cpu = await openCpu();
const stream = new RandomStream(0, "examples");
const [ROWS, COLUMNS] = [64, 48];

/** A matrix of which one row, or one column, is a thousand times as large. */
function matrix(large: "row" | "column"): number[] {
  return Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const at = large === "row" ? Math.floor(i / COLUMNS) : i % COLUMNS;
    return stream.uniform(-1, 1) * (at === 5 ? 1000 : 1);
  });
}

function tensor(name: string, constant: Constant): TensorProto {
  const made = inlineTensor(constant);
  made.name = name;
  return made;
}

/** What ONNX Runtime reads of a stored tensor, as float32. */
async function widened(name: string, initializers: readonly TensorProto[], storage: WeightStorage) {
  const stored = storeWeights(initializers, storage);
  const graph = create(GraphProtoSchema, {
    name: "stored",
    initializer: [...stored.initializers],
    node: [
      ...stored.nodes,
      create(NodeProtoSchema, {
        opType: "CastLike",
        input: [name, "as"],
        output: ["read"],
      }),
    ],
    input: [valueInfo("as", { name: "as", type: "float32", shape: [1] })],
    output: [valueInfo("read", { name: "read", type: "float32", shape: [ROWS, COLUMNS] })],
  });
  const opset = create(OperatorSetIdProtoSchema, { version: 18n });
  const bytes = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: [opset], graph }),
  );
  const session = await cpu.open({ bytes, weights: new Map() });
  const { read } = await session.run({ as: { type: "float32", dims: [1], data: new Float32Array(1) } });
  await session.release();
  return Array.from(read!.data, Number);
}

for (const large of ["row", "column"] as const) {
  Deno.test(`a matrix with a large ${large} is stored as int8 with a scale for each ${large}`, async () => {
    const values = matrix(large);
    const read = await widened("weight", [tensor("weight", float32(values, [ROWS, COLUMNS]))], "int8");
    for (const [i, value] of Float32Array.from(values).entries()) {
      const index = large === "row" ? Math.floor(i / COLUMNS) : i % COLUMNS;
      // Half a step of 254 from the least to the largest that the scale holds.
      const bound = (index === 5 ? 1000 : 1) / 254;
      assert(Math.abs(read[i]! - value) <= bound * 1.001, `${i}: ${read[i]} for ${value}`);
    }
  });
}

Deno.test("a matrix is stored as the nearest float16, and a row of zeros stays zeros as int8", async () => {
  const values = matrix("row").map((value, i) => i < COLUMNS ? 0 : value);
  const weight = tensor("weight", float32(values, [ROWS, COLUMNS]));
  const nearest = Array.from(new Float16Array(values));
  assertEquals(await widened("weight", [weight], "float16"), nearest);
  assertEquals((await widened("weight", [weight], "int8")).slice(0, COLUMNS), values.slice(0, COLUMNS));
});

Deno.test("a matrix of float16 is stored as int8, and read as float16 again", async () => {
  const values = Float16Array.from(matrix("row"));
  const half: Constant = { type: "float16", dims: [ROWS, COLUMNS], bytes: new Uint8Array(values.buffer) };
  const read = await widened("weight", [tensor("weight", half)], "int8");
  assert(read.every((value, i) => value === Math.f16round(value) && Math.abs(value - values[i]!) <= 5));
  assertEquals(storeWeights([tensor("weight", half)], "float16").nodes, []);
});

Deno.test("small tensors, integers and masks stay as they are", () => {
  const masked = Array.from({ length: ROWS * COLUMNS }, (_, i) => i % 2 === 0 ? 0 : -3.4e38);
  const initializers = [
    tensor("weight", float32(matrix("row"), [ROWS, COLUMNS])),
    tensor("mask", float32(masked, [ROWS, COLUMNS])),
    tensor("bias", float32(Array<number>(30).fill(0.1), [30])),
    tensor("ids", int64(Array<number>(5000).fill(1), [5000])),
  ];
  assertEquals(storeWeights(initializers, "float32"), { initializers, nodes: [] });
  for (
    const [storage, stored] of [["float16", ["weight/float16"]], ["int8", [
      "weight/int8",
      "weight/scales",
    ]]] as const
  ) {
    const { initializers: found, nodes } = storeWeights(initializers, storage);
    assertEquals(found.map(({ name }) => name), [...stored, "mask", "bias", "ids"]);
    assertEquals(nodes.at(-1)!.output, ["weight"]);
    assertEquals(found.slice(-3).map(({ dataType }) => dataType), [1, 1, codeOf("int64")]);
  }
});
