import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
} from "onnx-buf";
import { int64 } from "../graph/constants.ts";
import { symbol } from "../graph/dimension.ts";
import type { Emitted } from "./emit.ts";
import { CompileError } from "../graph/errors.ts";
import { codeOf } from "../graph/element_types.ts";
import type { Constant } from "../graph/graph.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import { attributeProto, inlineTensor, valueInfo } from "./onnx_protos.ts";
import type { ReadRegion } from "../frontend/onnx_file.ts";

/** The tokens before or after a text in a prompt. */
export interface ClassifierSide {
  /** Token ids; any at a prompt vector's place. */
  readonly ids: readonly number[];
  /** Whether each place takes a position: all do, or all but the prompt's. */
  readonly counted: readonly boolean[];
}

/** A tuned prompt, its template and its verbalizer, as token ids around a text. */
export interface ClassifierPrompt {
  /** What stands before the text. */
  readonly before: ClassifierSide;
  /** What stands after it. */
  readonly after: ClassifierSide;
  /** The place of each prompt vector: counted from the start, or from the first token after the text. */
  readonly promptRows: readonly { readonly side: "before" | "after"; readonly at: number }[];
  /** The place where the answer is read, likewise. */
  readonly answerRow: { readonly side: "before" | "after"; readonly at: number };
  /** What `position_ids` is fed for the first token: `PositionFacts.first`. */
  readonly firstPosition: number;
  /** The special ids that tokenizers add to every text, which the sides already contain. */
  readonly special: readonly number[];
  /** Further inputs of the graph: a soft prompt, float32 [length, dimension], or a tuned model's weights. */
  readonly inputs: Readonly<Record<string, Constant>>;
  /** int64, [classes, words]: the ids of each class's words. */
  readonly labelTokens: Constant;
  /** float32, [classes, words]: the weight of each word; 0 fills up classes that have fewer words than others. */
  readonly labelWeights: Constant;
  /** float32 [classes]: subtracted from the logits. */
  readonly shift: Constant;
  /** float32 []: the divisor of the logits. */
  readonly temperature: Constant;
}

/** The largest size of a protobuf message in bytes. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Bakes a prompt into a classifier that needs nothing but ONNX Runtime: `input_ids` and `attention_mask` int64
 * [batch, sequence] of only the text, as its tokenizer gives them, padded on either side and with or without special tokens,
 * to `logits` and `probabilities` float32 [batch, classes]. The weights are copied into the file.
 *
 * @param predict the compiled `predict` graph
 * @param read reads the weights that it refers to
 * @throws {CompileError} where the model has no positions to place words after a padded text or no mask to exclude
 * the padding, or is too large
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
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, predict.bytes);
  const graph = model.graph!;
  const names = new Set(graph.input.map(({ name }) => name));
  if (!names.has("position_ids")) {
    throw new CompileError(
      "the model has no input 'position_ids', so that a classifier would count a text's padding as positions: export the model with an input 'position_ids', and run the experiment again",
    );
  }
  if (!names.has("attention_mask")) {
    throw new CompileError(
      "the model has no input 'attention_mask', so that a classifier would read a text's padding: export the model with its attention mask, and run the experiment again",
    );
  }
  const prelude = new Prelude();
  prelude.feed(classifier, names);
  for (const tensor of graph.initializer) {
    inline(tensor, predict.weights, read);
    tensor.name = inner(tensor.name);
  }
  const batch = symbol("batch");
  const classes = classifier.labelTokens.dims[0]!;
  const input = (name: string) =>
    valueInfo(name, { name, type: "int64", shape: [batch, symbol("sequence")] });
  const output = (name: string) => valueInfo(name, { name, type: "float32", shape: [batch, classes] });
  model.graph = create(GraphProtoSchema, {
    name: "classifier",
    input: [input("input_ids"), input("attention_mask")],
    output: [output("logits"), output("probabilities")],
    initializer: [...prelude.initializers, ...graph.initializer],
    node: [
      ...prelude.nodes,
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

/** The prefixes of names in the prelude and in the compiled graph, which must not collide with the classifier's own. */
const OWN = "classifier/";
const INNER = "model/";

/** The name in the classifier of a value of the compiled graph; an omitted input has none. */
function inner(name: string): string {
  return name === "" ? "" : `${INNER}${name}`;
}

function renamed(one: NodeProto): NodeProto {
  one.input = one.input.map(inner);
  one.output = one.output.map(inner);
  return one;
}

/** The nodes that compute the inputs of the compiled graph from a text's. */
class Prelude {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];

  feed(classifier: ClassifierPrompt, names: ReadonlySet<string>): void {
    const { before, after, special, promptRows, answerRow, firstPosition } = classifier;
    const length = before.ids.length;
    const batch = this.add("Shape", ["input_ids"], { start: 0, end: 1 });
    const sequence = this.add("Shape", ["input_ids"], { start: 1, end: 2 });
    const everywhere = (values: readonly number[]) => {
      const row = this.constant(int64(values, [1, values.length]));
      return this.add("Expand", [
        row,
        this.add("Concat", [batch, this.constant(int64([values.length], [1]))], { axis: 0 }),
      ]);
    };
    const around = (value: string, of: (side: ClassifierSide) => readonly number[], name: string) =>
      this.add("Concat", [everywhere(of(before)), value, everywhere(of(after))], { axis: 1 }, name);
    const mask = special.reduce((masked, id) => {
      const isOther = this.add("Not", [this.add("Equal", ["input_ids", this.constant(int64([id], [1]))])]);
      return this.add("Mul", [masked, this.add("Cast", [isOther], { to: codeOf("int64") })]);
    }, "attention_mask");
    around("input_ids", ({ ids }) => ids, inner("input_ids"));
    around(mask, ({ ids }) => ids.map(() => 1), inner("attention_mask"));
    const counted = around(mask, ({ counted }) => counted.map(Number), `${OWN}counted`);
    const earlier = this.add("CumSum", [counted, this.constant(int64([1], []))], { exclusive: 1 });
    const position = this.add("Add", [earlier, this.constant(int64([firstPosition], [1]))]);
    this.add("Mul", [position, counted], {}, inner("position_ids"));
    const rows = (places: ClassifierPrompt["promptRows"]) => {
      const fixed = places.map(({ side, at }) => side === "before" ? at : length + at);
      const isAfter = places.map(({ side }) => Number(side === "after"));
      return this.add("Add", [everywhere(fixed), this.add("Mul", [everywhere(isAfter), sequence])]);
    };
    const answer = rows([answerRow]);
    this.add("Squeeze", [answer, this.constant(int64([1], [1]))], {}, inner("answer_rows"));
    if (names.has("prompt_rows")) this.add("Identity", [rows(promptRows)], {}, inner("prompt_rows"));
    for (const [name, constant] of Object.entries(classifier.inputs)) this.constant(constant, inner(name));
    this.constant(classifier.shift, `${OWN}shift`);
    this.constant(classifier.temperature, `${OWN}temperature`);
    this.constant(classifier.labelTokens, inner("label_tokens"));
    this.constant(classifier.labelWeights, inner("label_weights"));
  }

  private add(
    op: OperatorName,
    inputs: string[],
    attributes: Readonly<Record<string, number>> = {},
    output = `${OWN}${this.nodes.length}`,
  ): string {
    this.nodes.push(node(op, inputs, output, attributes));
    return output;
  }

  private constant(constant: Constant, name = `${OWN}constant_${this.initializers.length}`): string {
    const tensor = inlineTensor(constant);
    tensor.name = name;
    this.initializers.push(tensor);
    return name;
  }
}

function node(
  opType: OperatorName,
  input: string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value));
  return create(NodeProtoSchema, { opType, name: `${OWN}${output}`, input, output: [output], attribute });
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
