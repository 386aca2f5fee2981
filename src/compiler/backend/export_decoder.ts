import type { ModelProto, ValueInfoProto } from "onnx-buf";
import { HIDDEN_STATES } from "../frontend/import_decoder.ts";
import { declared } from "../frontend/import_inputs.ts";
import type { OnnxFile } from "../frontend/onnx_file.ts";
import { float32 } from "../graph/constants.ts";
import { symbol } from "../graph/dimension.ts";
import { codeOf } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import { writeOneFile } from "./self_contained.ts";
import { NodeList } from "./node_list.ts";
import { valueInfo } from "./onnx_protos.ts";
import { inputsOf, renameInput, withWeights } from "./own_file.ts";
import type { WeightStorage } from "./stored_weights.ts";

const MASK = "encoder_attention_mask";
const PAST = /^past_key_values\./;

/** The inputs that transformers.js has values for, beside the keys and values of earlier tokens. */
const FED = ["input_ids", HIDDEN_STATES, MASK, "attention_mask", "use_cache_branch", "num_logits_to_keep"];

/** The names under which a decoder without a cache keeps the tokens that it has read: a key is kept by all programs. */
const [KEPT_PAST, KEPT_PRESENT] = ["past_key_values.0.decoder.key", "present.0.decoder.key"];

/**
 * A decoder for the hidden states of an encoder with a prompt (`exportEncoder`): the model's own, which takes the rows that are 0 for
 * padding in place of `encoder_attention_mask`, as the mask that its callers have is that of the text alone. One without a
 * cache keeps the tokens that it has read in its place: callers that expect a cache feed only the last.
 *
 * @param file `decoder_model_merged.onnx`, or `decoder_model.onnx`
 * @param storage what its weights are stored as
 * @throws {CompileError} where it reads padding, takes something that transformers.js has no value for, or is too large
 */
export function exportDecoder(file: OnnxFile, storage: WeightStorage = "float32"): Uint8Array {
  const model = withWeights(file, storage);
  const graph = model.graph!;
  const inputs = inputsOf(model);
  const named = (name: string) => inputs.find((input) => input.name === name);
  const mask = named(MASK);
  const unknown = inputs.find(({ name }) => !FED.includes(name) && !PAST.test(name));
  if (unknown !== undefined) {
    throw new CompileError(
      `${file.path} has the input '${unknown.name}', for which transformers.js has no value: export the decoder with the inputs ${
        FED.slice(0, 3).join(", ")
      }`,
    );
  }
  const [hidden, ids] = [HIDDEN_STATES, "input_ids"].map(named);
  if (mask === undefined || hidden === undefined || ids === undefined) {
    const lacking = hidden === undefined ? HIDDEN_STATES : ids === undefined ? "input_ids" : MASK;
    throw new CompileError(
      `${file.path} has no input '${lacking}', so that it cannot tell a text's tokens from padding: export the decoder with it`,
    );
  }
  const own = new NodeList("prompt/");
  addMask(own, mask, hidden);
  graph.input = graph.input.filter((input) => input !== mask);
  if (!inputs.some(({ name }) => PAST.test(name))) keepTokens(model, own);
  graph.initializer = [...own.initializers, ...graph.initializer];
  graph.node = [...own.nodes, ...graph.node];
  return writeOneFile(model);
}

/** The mask of a text in its template, [batch, length]: 1 where a row is not 0. */
function addMask(own: NodeList, mask: ValueInfoProto, hidden: ValueInfoProto): void {
  const size = declared(hidden).dims?.[2];
  if (typeof size !== "number") {
    throw new CompileError(`'${HIDDEN_STATES}' has no fixed size: export the decoder with it`);
  }
  const isNot = own.add("Cast", [HIDDEN_STATES], { to: codeOf("bool") });
  const ones = own.constant(float32(Array<number>(size).fill(1), [size, 1]));
  const count = own.add("MatMul", [own.add("Cast", [isNot], { to: codeOf("float32") }), ones]);
  const rows = own.add("Reshape", [count, own.integers([0, -1])]);
  const isRead = own.add("Cast", [rows], { to: codeOf("bool") });
  own.add("Cast", [isRead], { to: declared(mask).type }, MASK);
}

/** Puts the tokens that were read before, float32 [batch, 1, past, 1], in front of new ones, and gives all of them back. */
function keepTokens(model: ModelProto, own: NodeList): void {
  const graph = model.graph!;
  const { type } = declared(graph.input.find(({ name }) => name === "input_ids")!);
  const all = "prompt/input_ids";
  const float = { to: codeOf("float32") };
  renameInput(model, "input_ids", all);
  const added = own.add("Reshape", [own.add("Cast", ["input_ids"], float), own.integers([0, 1, -1, 1])]);
  const kept = own.add("Concat", [KEPT_PAST, added], { axis: 2 }, KEPT_PRESENT);
  own.add("Cast", [own.add("Reshape", [kept, own.integers([0, -1])])], { to: type }, all);
  const shape = (tokens: string) => [symbol("batch_size"), 1, symbol(tokens), 1];
  graph.input.push(
    valueInfo(KEPT_PAST, { name: KEPT_PAST, type: "float32", shape: shape("past_sequence_length") }),
  );
  graph.output = [
    ...graph.output.filter(({ name }) => !name.startsWith("present")),
    valueInfo(KEPT_PRESENT, {
      name: KEPT_PRESENT,
      type: "float32",
      shape: shape("total_sequence_length"),
    }),
  ];
  for (const node of graph.node) {
    // What gives keys and values that nobody takes would give two values the same name.
    node.output = node.output.map((name) => name.startsWith("present") ? `unused/${name}` : name);
    node.input = node.input.map((name) => name.startsWith("present") ? `unused/${name}` : name);
  }
}
