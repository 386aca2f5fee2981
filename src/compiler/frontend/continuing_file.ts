import type { ValueInfoProto } from "onnx-buf";
import { type ElementType, elementTypeOf, isFloat } from "../graph/element_types.ts";
import { declared } from "./import_inputs.ts";
import type { OnnxFile } from "./onnx_file.ts";

/** How a model's own file continues a text by a token, from what it kept of the text: keys and values of attention, as a rule. */
export interface ContinuingFile {
  /** The number of axes of each of its inputs, by name. */
  readonly inputs: ReadonlyMap<string, number>;
  /** The output with the logits: [batch, 1, vocabulary]. */
  readonly logits: string;
  /** What it continues texts from. */
  readonly states: readonly KeptState[];
  /** The type of `encoder_hidden_states`, where it takes them. */
  readonly hidden: ElementType | undefined;
}

/** What is kept of a text. */
export interface KeptState {
  /** The input that takes it. */
  readonly past: string;
  /** The output with its first value, of the file that begins texts. */
  readonly first: string;
  /** The output with its next value; absent where the file gives none. */
  readonly present: string | undefined;
  /** The type of its elements. */
  readonly type: ElementType;
}

/** Why a file does not continue texts. */
export interface NoCache {
  /** A sentence without its full stop, which names the file. */
  readonly reason: string;
}

/** The inputs that are whole numbers, of int64. */
const COUNTED = [
  "input_ids",
  "decoder_input_ids",
  "attention_mask",
  "decoder_attention_mask",
  "encoder_attention_mask",
  "position_ids",
  "decoder_position_ids",
  "cache_position",
  "num_logits_to_keep",
  "logits_to_keep",
];

/** Names in exporters, `past_key_values.0.key` and `present.0.key`: what follows the first word is the same. */
const PAST = /^past(_key_values)?/;
const PRESENT = /^present(_key_values)?/;

/**
 * How a file continues texts that another one, or itself, has begun. Its pasts are its inputs whose names begin with `past`, and come from
 * the outputs whose names begin with `present` and go on in the same way.
 *
 * @param beginning the file that reads a text from its start: the model's own, or the decoder's
 */
export function continuingFile(beginning: OnnxFile, continuing: OnnxFile): ContinuingFile | NoCache {
  const weights = new Set(continuing.model.graph!.initializer.map(({ name }) => name));
  const inputs = continuing.model.graph!.input.filter(({ name }) => !weights.has(name));
  const outputs = continuing.model.graph!.output;
  const pasts = inputs.filter(({ name }) => PAST.test(name));
  if (pasts.length === 0) return { reason: `${continuing.path} takes no keys and values of earlier tokens` };
  const wrong = inputs.find((input) => !PAST.test(input.name) && !isFed(input));
  if (wrong !== undefined) {
    return {
      reason: `${continuing.path} has the input '${wrong.name}' (${
        typeOf(wrong)
      }), for which there is no value`,
    };
  }
  const states: KeptState[] = [];
  for (const input of pasts) {
    const first = presentOf(input, beginning.model.graph!.output);
    const type = typeOf(input);
    if (first === undefined || type === undefined) {
      return { reason: `${beginning.path} has no output for '${input.name}' of ${continuing.path}` };
    }
    states.push({ past: input.name, first, present: presentOf(input, outputs), type });
  }
  const others = outputs.filter(({ name }) => !PRESENT.test(name));
  const logits = others.find(({ name }) => name === "logits") ??
    (others.length === 1 ? others[0] : undefined);
  if (logits === undefined) return { reason: `${continuing.path} has no output 'logits'` };
  const hidden = inputs.find(({ name }) => name === "encoder_hidden_states");
  return {
    inputs: new Map(inputs.map((input) => [input.name, declared(input).dims?.length ?? 0])),
    logits: logits.name,
    states,
    hidden: hidden && typeOf(hidden),
  };
}

/** The output with what an input for a past takes. */
function presentOf({ name }: ValueInfoProto, outputs: readonly ValueInfoProto[]): string | undefined {
  const rest = name.replace(PAST, "");
  return outputs.find((one) => PRESENT.test(one.name) && one.name.replace(PRESENT, "") === rest)?.name;
}

/** Whether there is a value for an input that is no past. */
function isFed(input: ValueInfoProto): boolean {
  const type = typeOf(input);
  if (input.name === "encoder_hidden_states") return type !== undefined && isFloat(type);
  if (input.name === "use_cache_branch") return type === "bool";
  return COUNTED.includes(input.name) && type === "int64";
}

function typeOf(input: ValueInfoProto): ElementType | undefined {
  return elementTypeOf(declared(input).type);
}
