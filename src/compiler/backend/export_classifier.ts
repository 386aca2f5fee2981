import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from "onnx-buf";
import { symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { ReadRegion } from "../frontend/onnx_file.ts";
import { inner, node, OWN } from "./classifier_nodes.ts";
import { ClassifierPrelude } from "./classifier_prelude.ts";
import type { ClassifierPrompt } from "./classifier_prompt.ts";
import type { Emitted } from "./emit.ts";
import { inlineTensor, valueInfo } from "./onnx_protos.ts";
import { storeWeights, type WeightStorage } from "./stored_weights.ts";

/** The largest size of a protobuf message in bytes. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Bakes a prompt into a classifier that needs nothing but ONNX Runtime: `input_ids` and `attention_mask` int64
 * [batch, sequence] of only the text, as its tokenizer gives them, of any length, padded on either side and with or without
 * special tokens, to `logits` and `probabilities` float32 [batch, classes]. Of a text that is too long the first `room` tokens
 * are read. The weights are copied into the file.
 *
 * @param predict the compiled `predict` graph
 * @param read reads the weights that it refers to
 * @param storage what weights are stored as
 * @throws {CompileError} where the model has no mask to exclude padding that it would read, or is too large
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileHard, exportClassifier, factsOf, numberFormatOf, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const bytes = await Deno.readFile(path);
 * const float32 = (dims: number[], ...items: number[]) => (
 *   { type: "float32", dims, bytes: new Uint8Array(Float32Array.from(items).buffer) } as const
 * );
 * const int64 = (dims: number[], ...items: bigint[]) => (
 *   { type: "int64", dims, bytes: new Uint8Array(BigInt64Array.from(items).buffer) } as const
 * );
 * const classifier = exportClassifier(
 *   compileHard(bytes, path).predict,
 *   {
 *     // [CLS] text it was [MASK] . [SEP]
 *     before: { ids: [2], counted: [true] },
 *     after: { ids: [135, 166, 4, 54, 3], counted: [true, true, true, true, true] },
 *     promptRows: [],
 *     answerRow: { side: "after", at: 2 },
 *     firstPosition: factsOf(readOnnxFile(bytes, path)).positions!.first,
 *     special: [2, 3],
 *     room: 58,
 *     isCausal: false,
 *     inputs: {},
 *     labelTokens: int64([2, 1], 387n, 307n), // bad, good
 *     labelWeights: float32([2, 1], 1, 1),
 *     shift: float32([2], 0, 0),
 *     temperature: float32([], 1),
 *   },
 *   ({ offset, length }) => bytes.subarray(offset, offset + length),
 * );
 * const file = readOnnxFile(classifier, "classifier.onnx");
 * assertEquals(numberFormatOf(file).weights, "float32");
 * ```
 */
export function exportClassifier(
  predict: Emitted,
  classifier: ClassifierPrompt,
  read: ReadRegion,
  storage: WeightStorage = "float32",
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, predict.bytes);
  const graph = model.graph!;
  const names = new Set(graph.input.map(({ name }) => name));
  if (!names.has("attention_mask") && !classifier.isCausal) {
    throw new CompileError(
      "the model has no input 'attention_mask', so that a classifier would read a text's padding: export the model with its attention mask, and run the experiment again",
    );
  }
  const prelude = new ClassifierPrelude(classifier, names);
  for (const tensor of graph.initializer) inline(tensor, predict.weights, read);
  const inputs = Object.entries(classifier.inputs).map(([name, constant]) => {
    const tensor = inlineTensor(constant);
    tensor.name = name;
    return tensor;
  });
  const weights = [...inputs, ...graph.initializer];
  for (const tensor of weights) tensor.name = inner(tensor.name);
  const stored = storeWeights(weights, storage);
  const batch = symbol("batch");
  const classes = classifier.labelTokens.dims[0]!;
  const input = (name: string) =>
    valueInfo(name, { name, type: "int64", shape: [batch, symbol("sequence")] });
  const output = (name: string) => valueInfo(name, { name, type: "float32", shape: [batch, classes] });
  model.graph = create(GraphProtoSchema, {
    name: "classifier",
    input: [input("input_ids"), input("attention_mask")],
    output: [output("logits"), output("probabilities")],
    initializer: [...prelude.initializers, ...stored.initializers],
    node: [
      ...prelude.nodes,
      ...stored.nodes,
      ...graph.node.map((node) => renamed(node)),
      node("Sub", [inner("class_logits"), `${OWN}shift`], `${OWN}shifted`),
      node("Div", [`${OWN}shifted`, `${OWN}temperature`], "logits"),
      node("Softmax", ["logits"], "probabilities", { axis: -1 }),
    ],
  });
  const size = model.graph.initializer.reduce((sum, { rawData }) => sum + rawData.length, 0);
  if (size > MOST_BYTES) {
    throw new CompileError(`the weights are ${size} bytes, but one ONNX file holds at most ${MOST_BYTES}`);
  }
  return toBinary(ModelProtoSchema, model);
}

function renamed(one: NodeProto): NodeProto {
  one.input = one.input.map(inner);
  one.output = one.output.map(inner);
  return one;
}

/** Copies a tensor's bytes from the model's file into the graph. */
function inline(tensor: TensorProto, weights: ReadonlyMap<string, string>, read: ReadRegion): void {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return;
  const { location, offset, length } = Object.fromEntries(
    tensor.externalData.map(({ key, value }) => [key, value]),
  );
  const path = weights.get(location ?? "");
  if (path === undefined) {
    throw new CompileError(
      `the graph takes '${tensor.name}' from ${location}, which is not a file of the model`,
    );
  }
  const region = { path, offset: Number(offset), length: Number(length) };
  tensor.rawData = read(region) as Uint8Array<ArrayBuffer>;
  tensor.externalData = [];
  tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
}
