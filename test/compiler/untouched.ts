import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { emit } from "../../src/compiler/backend/emit.ts";
import { importModel } from "../../src/compiler/frontend/import.ts";
import { readOnnxFile } from "../../src/compiler/frontend/onnx_file.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { int64Tensor } from "../../src/device/device.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

const INT64 = 7;
const FLOAT = 1;
const cpu = await openCpu();

/** A node: operator, inputs, outputs, attributes; a text stands for a float. */
export type FileNode = readonly [
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, number | string | readonly number[]>>,
];

/** What a file is made of. */
export interface FileParts {
  readonly nodes: readonly FileNode[];
  /** Shapes of random weights. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  /** int64 tensors: a number is a scalar. */
  readonly integers?: Readonly<Record<string, number | readonly number[]>>;
  /** The int64 inputs with their declared shapes. */
  readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
  /** The float outputs, in the file's order. */
  readonly outputs?: readonly string[];
  /** Outputs of int64. */
  readonly integerOutputs?: readonly string[];
  readonly opset?: number;
}

/** The axes of the tokens, as exporters declare them. */
export const TOKENS: readonly string[] = ["batch", "sequence"];

/** An ONNX file made in memory that ONNX Runtime opens, too. */
export function modelFile({
  nodes,
  weights = {},
  integers = {},
  inputs = { input_ids: TOKENS },
  outputs = ["logits"],
  integerOutputs = [],
  opset = 17,
}: FileParts): Uint8Array {
  const stream = new RandomStream(7, "weights");
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) })],
      graph: create(GraphProtoSchema, {
        name: "file",
        input: Object.entries(inputs).map(([name, dims]) => declaration(name, INT64, dims)),
        output: [
          ...outputs.map((name) => declaration(name, FLOAT)),
          ...integerOutputs.map((name) => declaration(name, INT64)),
        ],
        initializer: [
          ...Object.entries(weights).map(([name, dims]) =>
            create(TensorProtoSchema, {
              name,
              dataType: FLOAT,
              dims: dims.map(BigInt),
              floatData: Array.from(
                { length: dims.reduce((a, b) => a * b, 1) },
                () => stream.uniform(-1, 1),
              ),
            })
          ),
          ...Object.entries(integers).map(([name, given]) => {
            const items = typeof given === "number" ? [given] : given;
            const dims = typeof given === "number" ? [] : [BigInt(given.length)];
            return create(TensorProtoSchema, { name, dataType: INT64, dims, int64Data: items.map(BigInt) });
          }),
        ],
        node: nodes.map(([opType, input, output, attributes = {}], i) =>
          create(NodeProtoSchema, {
            opType,
            name: `node_${i}`,
            input: [...input],
            output: [...output],
            attribute: Object.entries(attributes).map(([name, value]) =>
              create(
                AttributeProtoSchema,
                typeof value === "number"
                  ? { name, type: Kind.INT, i: BigInt(value) }
                  : typeof value === "string"
                  ? { name, type: Kind.FLOAT, f: Number(value) }
                  : { name, type: Kind.INTS, ints: value.map(BigInt) },
              )
            ),
          })
        ),
      }),
    }),
  );
}

function declaration(name: string, elemType: number, dims?: readonly (number | string)[]): ValueInfoProto {
  const dim = dims?.map((item) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof item === "number"
        ? { case: "dimValue", value: BigInt(item) }
        : { case: "dimParam", value: item },
    })
  );
  const tensorType = { elemType, ...(dim && { shape: { dim } }) };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: "tensorType", value: tensorType } },
  });
}

/** Three texts of four tokens, the last two padded. */
export const IDS: readonly (readonly number[])[] = [[3, 1, 4, 1], [5, 9, 2, 0], [6, 5, 0, 0]];
const MASK = IDS.map((row) => row.map((id) => Math.min(1, id)));
const FED: Readonly<Record<string, readonly (readonly number[])[]>> = {
  input_ids: IDS,
  attention_mask: MASK,
  position_ids: IDS.map((row) => row.map((_, i) => i)),
};

/** What ONNX Runtime makes of a file as it is. */
export async function untouchedAnswer(
  bytes: Uint8Array,
  output = "logits",
  further: Readonly<Record<string, OrtTensor>> = {},
): Promise<{ dims: readonly number[]; data: ArrayLike<number> }> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const tokens = Object.entries(FED).filter(([name]) => session.inputNames.includes(name)).map((
    [name, rows],
  ) => [name, new OrtTensor("int64", BigInt64Array.from(rows.flat(), BigInt), [3, 4])]);
  const found = (await session.run({ ...Object.fromEntries(tokens), ...further }, [output]))[output]!;
  await session.release();
  return { dims: found.dims, data: Float32Array.from(found.data as Float32Array) };
}

/** What the imported graph gives for the same texts: logits of every token. */
export async function importedAnswer(
  bytes: Uint8Array,
): Promise<{ dims: readonly number[]; data: ArrayLike<number> }> {
  const { weights, ...graph } = emit(importModel(readOnnxFile(bytes, "file.onnx")), "imported");
  const session = await cpu.open({
    ...graph,
    weights: new Map([...weights.keys()].map((location) => [location, bytes])),
  });
  const feeds = Object.fromEntries(
    Object.entries(FED).map(([name, rows]) => [name, int64Tensor(rows.flat(), [3, 4])]),
  );
  const { logits } = await session.run(feeds);
  await session.release();
  return { dims: logits!.dims, data: Float32Array.from(logits!.data as Float32Array) };
}
