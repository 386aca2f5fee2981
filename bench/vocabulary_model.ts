import { create, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import { RandomStream } from "../src/base/random_stream.ts";

/** The largest number of random numbers that are repeated. */
const PERIOD = 1 << 20;

const FLOAT = 1;

/**
 * Writes a causal language model that has little but its vocabulary: word embeddings, the mean of a text added to each token, a
 * layer, and a head of its own. Its weights are random, and lie beside it.
 *
 * @returns the model's path, and the size of its weights in bytes
 */
export async function writeVocabularyModel(
  folder: string,
  words: number,
  size: number,
): Promise<{ path: string; bytes: number }> {
  const path = `${folder}/model.onnx`;
  const weights = { words: [words, size], layer: [size, size], head: [size, words] };
  const nodes: readonly [op: string, inputs: string[], output: string][] = [
    ["Gather", ["words", "input_ids"], "embeddings"],
    ["ReduceMean", ["embeddings", "axis"], "mean"],
    ["Add", ["embeddings", "mean"], "mixed"],
    ["MatMul", ["mixed", "layer"], "product"],
    ["Tanh", ["product"], "hidden"],
    ["MatMul", ["hidden", "head"], "logits"],
  ];
  using file = await Deno.create(`${path}.data`);
  const stream = new RandomStream(0, "vocabulary");
  const numbers = Float32Array.from({ length: PERIOD }, () => stream.uniform(-1, 1) / Math.sqrt(size));
  let offset = 0;
  const initializer = [];
  for (const [name, dims] of Object.entries(weights)) {
    const length = 4 * dims.reduce((a, b) => a * b, 1);
    for (let left = length; left > 0;) {
      const piece = new Uint8Array(numbers.buffer, 0, Math.min(left, numbers.byteLength));
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
      left -= piece.length;
    }
    const place = { location: "model.onnx.data", offset: String(offset), length: String(length) };
    initializer.push(create(TensorProtoSchema, {
      name,
      dims: dims.map(BigInt),
      dataType: FLOAT,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: Object.entries(place).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value })
      ),
    }));
    offset += length;
  }
  initializer.push(create(TensorProtoSchema, { name: "axis", dims: [1n], dataType: 7, int64Data: [1n] }));
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: 18n })],
    graph: create(GraphProtoSchema, {
      name: "vocabulary",
      input: [create(ValueInfoProtoSchema, { name: "input_ids" })],
      output: [create(ValueInfoProtoSchema, { name: "logits" })],
      initializer,
      node: nodes.map(([opType, input, output]) =>
        create(NodeProtoSchema, { opType, name: output, input, output: [output] })
      ),
    }),
  });
  await Deno.writeFile(path, toBinary(ModelProtoSchema, model));
  return { path, bytes: offset };
}
