/** What joins the two files of an encoder-decoder model. */
import type { ValueInfoProto } from "onnx-buf";
import { int64 } from "../graph/constants.ts";
import { sameDimension, sameShape, symbol } from "../graph/dimension.ts";
import { isFloat } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Value } from "../graph/graph.ts";
import type { Builder } from "../ops/builder.ts";
import { asDeclared, checkOpen, declared, importInput } from "./import_inputs.ts";
import { DECODED_ROWS, READ_ROWS } from "./logits.ts";

/** The input of a decoder for its encoder's output. */
export const HIDDEN_STATES = "encoder_hidden_states";

/** The output of encoders in exporters. */
const NAME = "last_hidden_state";

/**
 * The hidden states that an encoder gives: by their name, else by their shape.
 *
 * @param outputs the file's
 * @param take imports what an output needs
 * @returns float32 [batch, sequence, size]
 * @throws {CompileError} where no output is hidden states of every token
 */
export function encoded(
  { source }: Builder,
  outputs: readonly ValueInfoProto[],
  take: (name: string) => Value,
): Value {
  const [first] = outputs;
  const named = outputs.find(({ name }) => name === NAME) ?? first;
  const value = named && take(named.name);
  if (
    value && value.shape.length === 3 && isFloat(value.type) && sameShape(value.shape.slice(0, 2), READ_ROWS)
  ) {
    return value;
  }
  throw new CompileError(
    `${source} gives ${
      value ? `'${named.name}' ${value.type} [${value.shape.join(", ")}]` : "nothing"
    }, and an encoder gives hidden states [batch, sequence, size]: export it as '${NAME}'`,
  );
}

/**
 * What feeds the inputs of a decoder that reads its target from the start.
 *
 * @param path the decoder's file
 * @param hidden its encoder's output
 * @param inputs all that are to be fed
 * @returns the value of an input: the ids are the graph's input `decoder_input_ids` int64 [batch, target], none of which is
 * masked; the mask of the text is the encoder's
 * @throws {CompileError} where the file is no decoder, or that of an encoder of another width
 */
export function decoderFeeder(
  b: Builder,
  path: string,
  hidden: Value,
  inputs: readonly ValueInfoProto[],
): (input: ValueInfoProto) => Value {
  const names = inputs.map(({ name }) => name);
  const states = inputs.find(({ name }) => name === HIDDEN_STATES);
  const ids = names.find((name) => name === "input_ids" || name === "decoder_input_ids");
  if (states === undefined || ids === undefined) {
    const lacking = states === undefined ? HIDDEN_STATES : "input_ids";
    const past = names.some((name) => name.startsWith("past"))
      ? " (one that only continues a text, from the keys and values of its start, cannot begin one)"
      : "";
    throw new CompileError(
      `${path} has no input '${lacking}', so that it is not the decoder of ${b.source}${past}: put decoder_model.onnx, or decoder_model_merged.onnx, beside the encoder`,
    );
  }
  const [, , size] = declared(states).dims ?? [];
  const [, , width] = hidden.shape;
  if (typeof size === "number" && !sameDimension(size, width!)) {
    throw new CompileError(
      `${path} takes hidden states of size ${size}, and ${b.source} gives them of size ${width}: these are the encoder and the decoder of two models`,
    );
  }
  const [, target] = DECODED_ROWS;
  return (input) => {
    switch (input.name) {
      case HIDDEN_STATES:
        return hidden;
      case "encoder_attention_mask":
        return asDeclared(b, mask(b), input);
      case ids:
        checkOpen(b, input);
        return asDeclared(b, b.input("decoder_input_ids", "int64", DECODED_ROWS), input);
      case "attention_mask":
      case "decoder_attention_mask":
        return asDeclared(b, b.filled(DECODED_ROWS, int64([1], [1])), input);
      case "position_ids":
      case "decoder_position_ids":
        return asDeclared(b, b.expand(b.reshape(counted(b), [1, target!]), DECODED_ROWS), input);
      case "cache_position":
        return counted(b);
      default:
        return importInput(b, input);
    }
  };
}

/** 0, 1, 2, … for the tokens of a target. */
function counted(b: Builder): Value {
  return b.op("Range", [b.integer(0), b.integer(symbol("target")), b.integer(1)]);
}

/** The mask of the text, which the encoder reads too. */
function mask(b: Builder): Value {
  return b.inputs.find(({ name }) => name === "attention_mask") ??
    b.input("attention_mask", "int64", READ_ROWS);
}
