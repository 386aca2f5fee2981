import type { ValueInfoProto } from "onnx-buf";
import type { Builder } from "./builder.ts";
import { int64 } from "./constants.ts";
import { type Dimension, symbol } from "./dimension.ts";
import { CompileError } from "./errors.ts";
import type { Value } from "./graph.ts";
import { ELEMENT_TYPES } from "./ops/elementwise.ts";

/** The axes of every token-wise input of a training step. */
const TOKENS: readonly Dimension[] = [symbol("batch"), symbol("sequence")];

/** Inputs that the compiled graphs keep. */
const KEPT_INPUTS = ["input_ids", "attention_mask", "position_ids"];

/** Inputs by which a model that takes two texts, or half a model, gives itself away. */
const SECOND_TEXT = /^(decoder_input_ids|encoder_hidden_states|encoder_attention_mask|encoder_outputs)/;

/** What stands for an input of the model: an input of the compiled graphs, or what it is always fed. */
export function importInput(b: Builder, proto: ValueInfoProto): Value {
  const { name } = proto;
  if (KEPT_INPUTS.includes(name)) return keptInput(b, proto);
  if (name === "token_type_ids") return b.filled(TOKENS, int64([0], [1]));
  if (name === "cache_position") {
    return b.op("Range", [b.integer(0), b.integer(symbol("sequence")), b.integer(1)]);
  }
  if (name === "use_cache_branch") {
    return b.constant(name, { type: "bool", dims: [1], bytes: Uint8Array.of(0) });
  }
  if (/^past/.test(name)) return emptyPast(b, proto);
  if (SECOND_TEXT.test(name)) {
    throw new CompileError(
      `${b.source} has the input '${name}': it is (half of) an encoder-decoder model such as T5, and prompts are tuned for masked models and for causal ones that read one text`,
    );
  }
  if (name === "inputs_embeds") {
    throw new CompileError(
      `${b.source} takes embeddings ('${name}') and not token ids: export the model with its embedding layer`,
    );
  }
  throw new CompileError(
    `input '${name}' of ${b.source} is not one the compiler can feed (it knows ${
      KEPT_INPUTS.join(", ")
    }, token_type_ids, past_key_values.*, cache_position, use_cache_branch)`,
  );
}

/** int64 [batch, sequence], cast where the model wants another type. */
function keptInput(b: Builder, proto: ValueInfoProto): Value {
  const { type, dims } = declared(proto), value = b.input(proto.name, "int64", TOKENS);
  if (dims !== undefined && dims.length !== 2) {
    throw new CompileError(
      `input '${proto.name}' of ${b.source} has ${dims.length} axes, not two (batch and sequence)`,
    );
  }
  return type === 0 || ELEMENT_TYPES[type] === "int64" ? value : b.op("Cast", [value], { to: type });
}

/** A cache of keys or values that holds nothing yet: a training step reads its text from the start. */
function emptyPast(b: Builder, proto: ValueInfoProto): Value {
  const dims = declared(proto).dims ?? [];
  const named = dims.findIndex((item) => typeof item === "string" && item.includes("past"));
  const length = named >= 0
    ? named
    : dims.findLastIndex((item, axis) => axis > 0 && typeof item === "string");
  if (dims.length < 4 || length < 0) {
    throw new CompileError(
      `input '${proto.name}' of ${b.source} is [${dims.join(", ")}]: no axis of it is the length of a past`,
    );
  }
  const shape = dims.map((item, axis) =>
    axis === length ? 0 : typeof item === "number" ? item : symbol("batch")
  );
  return b.filled(shape, { type: "float32", dims: [1], bytes: new Uint8Array(4) });
}

/** The element type and the dimensions that the file declares, a name standing for a number that is open. */
function declared({ type }: ValueInfoProto): { type: number; dims: (number | string)[] | undefined } {
  const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
  return {
    type: tensor?.elemType ?? 0,
    dims: tensor?.shape?.dim.map(({ value }, axis) =>
      value.case === "dimValue" ? Number(value.value) : value.value || `axis ${axis}`
    ),
  };
}
