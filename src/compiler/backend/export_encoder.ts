import { create, fromBinary } from "@bufbuild/protobuf";
import { GraphProtoSchema, ModelProtoSchema } from "onnx-buf";
import { HIDDEN_STATES } from "../frontend/import_decoder.ts";
import { declared } from "../frontend/import_inputs.ts";
import type { OnnxFile, ReadRegion } from "../frontend/onnx_file.ts";
import { float32 } from "../graph/constants.ts";
import { symbol } from "../graph/dimension.ts";
import { codeOf, type ElementType, elementTypeOf } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Constant } from "../graph/graph.ts";
import { selfContained, writeOneFile } from "./self_contained.ts";
import { inner } from "./classifier_nodes.ts";
import type { PromptAroundText } from "./classifier_prompt.ts";
import type { Emitted } from "./emit.ts";
import { NodeList } from "./node_list.ts";
import { valueInfo } from "./onnx_protos.ts";
import type { WeightStorage } from "./stored_weights.ts";
import { TextPrelude } from "./text_prelude.ts";

/** The prefix of the names of an encoder's own nodes. */
const OWN = "prompt/";

/**
 * Bakes a prompt into the encoder of an encoder-decoder model: `input_ids` and `attention_mask` int64 [batch, sequence] of only
 * the text, as `exportClassifier` takes them, to `last_hidden_state` [batch, length, size] of the whole template. The rows of padding are
 * 0, by which the decoder that `exportDecoder` writes knows them.
 *
 * @param encoder the compiled encoder, which gives `encoder_hidden_states`
 * @param decoder the file that takes its hidden states, in whose type they are given
 * @param inputs further inputs of the graph: a soft prompt, float32 [length, dimension]
 * @param read reads the weights that it refers to @param storage what they are stored as
 * @throws {CompileError} where the model has no mask to exclude padding, or is too large
 */
export function exportEncoder(
  encoder: Emitted,
  prompt: PromptAroundText,
  inputs: Readonly<Record<string, Constant>>,
  decoder: OnnxFile,
  read: ReadRegion,
  storage: WeightStorage = "float32",
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, encoder.bytes);
  const graph = model.graph!;
  const names = new Set(graph.input.map(({ name }) => name));
  if (!names.has("attention_mask")) {
    throw new CompileError(
      "the encoder has no input 'attention_mask', so that it would read the padding of texts: export the model with its attention mask, and run the experiment again",
    );
  }
  const hidden = decoder.model.graph!.input.find(({ name }) => name === HIDDEN_STATES);
  const type = hidden && elementTypeOf(declared(hidden).type);
  if (type === undefined) {
    throw new CompileError(
      `${decoder.path} has no input '${HIDDEN_STATES}' of a known type: export it again`,
    );
  }
  const prelude = new TextPrelude(OWN, prompt, names);
  const whole = selfContained(graph, encoder.weights, prelude, inputs, read, storage);
  const after = new AfterEncoder(type);
  model.graph = create(GraphProtoSchema, {
    name: "encoder",
    input: ["input_ids", "attention_mask"].map((name) =>
      valueInfo(name, { name, type: "int64", shape: [symbol("batch"), symbol("sequence")] })
    ),
    output: [
      valueInfo("last_hidden_state", {
        name: "last_hidden_state",
        type,
        shape: [symbol("batch"), symbol("length"), symbol("size")],
      }),
    ],
    initializer: [...whole.initializers, ...after.initializers],
    node: [...whole.nodes, ...after.nodes],
  });
  return writeOneFile(model);
}

/** From the hidden states to those whose padding is 0, in the decoder's type. */
class AfterEncoder extends NodeList {
  constructor(type: ElementType) {
    super(`${OWN}after/`);
    const isRead = this.add("Cast", [inner("attention_mask")], { to: codeOf("bool") });
    const rows = this.add("Unsqueeze", [isRead, this.integers([2])]);
    const zero = this.constant(float32([0], []));
    const read = this.add("Where", [rows, inner(HIDDEN_STATES), zero]);
    this.add("Cast", [read], { to: codeOf(type) }, "last_hidden_state");
  }
}
