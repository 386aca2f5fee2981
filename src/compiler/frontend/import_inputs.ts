import type { ValueInfoProto } from "onnx-buf";
import type { Builder } from "../ops/builder.ts";
import { checkBudget } from "../graph/budget.ts";
import { int64 } from "../graph/constants.ts";
import { type Dimension, symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import { elementTypeOf } from "../graph/element_types.ts";

/** The axes of every token-wise input of a training step. */
const TOKENS: readonly Dimension[] = [symbol("batch"), symbol("sequence")];

/** Inputs that the compiled graphs keep. */
const KEPT_INPUTS = ["input_ids", "attention_mask", "position_ids"];

/** The inputs for the number of last tokens whose logits are computed, by their names in exporters; 0 means all. */
const LOGITS_WANTED = ["num_logits_to_keep", "logits_to_keep"];

/** Inputs that identify an encoder-decoder model, or its decoder. */
const OF_TWO_TEXTS = /^decoder_(input_ids|inputs_embeds|attention_mask)/;
const OF_A_DECODER = /^(encoder_hidden_states|encoder_attention_mask|encoder_outputs)/;

/**
 * Checks a model's inputs before it is imported.
 *
 * @param names the inputs that are to be fed
 * @throws {CompileError} where the model does not read one text as token ids
 */
export function checkInputs(source: string, names: readonly string[]): void {
  checkBudget("inputs or outputs", names.length, source);
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) {
    throw new CompileError(`${source} has two inputs '${twice}': is the file damaged?`);
  }
  const twoTexts = names.find((name) => OF_TWO_TEXTS.test(name));
  const listed = quoted(names);
  if (twoTexts !== undefined) {
    throw new CompileError(
      `${source} has the input '${twoTexts}': it is an encoder-decoder model such as T5, which reads one text and writes another, in one file: export its encoder and its decoder in files of their own (encoder_model.onnx and decoder_model.onnx)`,
    );
  }
  const decoder = names.find((name) => OF_A_DECODER.test(name));
  if (decoder !== undefined) {
    throw new CompileError(
      `${source} has the input '${decoder}': it is only the decoder of an encoder-decoder model such as T5, which needs its encoder's output: name the encoder's file (encoder_model.onnx), beside which it belongs`,
    );
  }
  if (names.includes("input_ids")) return;
  if (names.includes("inputs_embeds")) {
    throw new CompileError(
      `${source} takes embeddings ('inputs_embeds') and not token ids: export the model with its embedding layer`,
    );
  }
  throw new CompileError(
    `${source} has no input 'input_ids' (its inputs: ${
      listed || "none"
    }): if one of them takes token ids, export the model with that input named 'input_ids'; otherwise it is not a language model`,
  );
}

/** The replacement of an input of the model: an input of the compiled graphs, or a constant. */
export function importInput(b: Builder, proto: ValueInfoProto): Value {
  const { name } = proto;
  if (KEPT_INPUTS.includes(name)) return keptInput(b, proto);
  if (name === "token_type_ids") {
    checkOpen(b, proto);
    return b.filled(TOKENS, int64([0], [1]));
  }
  if (name === "cache_position") {
    return b.op("Range", [b.integer(0), b.integer(symbol("sequence")), b.integer(1)]);
  }
  if (name === "use_cache_branch") {
    return b.constant(name, { type: "bool", dims: [1], bytes: Uint8Array.of(0) });
  }
  if (LOGITS_WANTED.includes(name)) {
    return b.constant(name, int64([0], (declared(proto).dims ?? []).map(() => 1)));
  }
  if (/^past/.test(name)) return emptyPast(b, proto);
  throw new CompileError(
    `input '${name}' of ${b.source} is not one the compiler can feed (it knows ${
      [...KEPT_INPUTS, "token_type_ids", "past_key_values.*", "cache_position", "use_cache_branch"].join(", ")
    }, ${LOGITS_WANTED.join(", ")})`,
  );
}

/** int64 [batch, sequence], cast where the model wants another type. */
function keptInput(b: Builder, proto: ValueInfoProto): Value {
  checkOpen(b, proto);
  return asDeclared(b, b.input(proto.name, "int64", TOKENS), proto);
}

/** A value of int64, cast where an input that it feeds wants another type. */
export function asDeclared(b: Builder, value: Value, proto: ValueInfoProto): Value {
  const { type } = declared(proto);
  return type === 0 || elementTypeOf(type) === "int64" ? value : b.op("Cast", [value], { to: type });
}

/**
 * A model must take any number of texts of any length: a file that declares fixed numbers was exported for only these, and
 * ONNX Runtime takes no others.
 */
export function checkOpen({ source }: Builder, proto: ValueInfoProto): void {
  const { dims } = declared(proto);
  if (dims === undefined) return;
  const input = `input '${proto.name}' of ${source}`;
  if (dims.length !== 2) {
    throw new CompileError(`${input} has ${dims.length} axes, not two (batch and sequence)`);
  }
  const [texts, tokens] = dims.map((item) => typeof item === "number" ? item : undefined);
  if (texts === undefined && tokens === undefined) return;
  const many = (count: number, one: string) =>
    `${count === 1 ? "one" : count} ${one}${count === 1 ? "" : "s"}`;
  const batch = texts === undefined ? "texts" : many(texts, "text");
  const length = tokens === undefined ? "" : ` of ${many(tokens, "token")}`;
  throw new CompileError(
    `${input} is [${
      dims.join(", ")
    }]: it was exported for ${batch}${length}: export it with dynamic axes, for any number of texts of any length`,
  );
}

/** A cache of keys or values that holds nothing yet: a training step reads its text from the start. */
export function emptyPast(b: Builder, proto: ValueInfoProto): Value {
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

/** The element type and the dimensions that the file declares, with a name for a dimension that is open. */
export function declared(
  { type }: ValueInfoProto,
): { type: number; dims: readonly (number | string)[] | undefined } {
  const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
  return {
    type: tensor?.elemType ?? 0,
    dims: tensor?.shape?.dim.map(({ value }, axis) =>
      // Some exporters write an open dimension as a number that no extent can be.
      value.case === "dimValue" && value.value > 0n
        ? Number(value.value)
        : value.case === "dimParam" && value.value || `axis ${axis}`
    ),
  };
}

/** Names in quotation marks, as messages list them. */
function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(", ");
}
