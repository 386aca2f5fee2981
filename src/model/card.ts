import { join } from "@std/path";
import type { ModelFacts, UncountedToken } from "../compiler/mod.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { readJson } from "../disk/read_json.ts";
import { readTokenizerConfig } from "./read_tokenizer.ts";

/** The properties of a model that prompts depend on, from its graph or, where that does not show them, from the files next to it. */
export interface ModelCard {
  /** Whether it fills in masks (BERT) or continues a text (GPT). */
  readonly kind: "masked" | "causal";
  /** The number of positions, if known. */
  readonly positions: number | undefined;
  /** The largest number of tokens of text and prompt together, if attention has its own limit. */
  readonly sequence?: number;
  /** The position of a text's first token: RoBERTa counts from its padding index + 1. */
  readonly firstPosition: number;
  /** Tokens that take no position, and their `position_ids`. */
  readonly uncounted?: readonly UncountedToken[];
}

/** What the encoding of texts depends on of a model. */
export interface ReadingCard extends Omit<ModelCard, "kind"> {
  /** An encoder-decoder reads the template with its encoder. */
  readonly kind: ModelCard["kind"] | "encoder-decoder";
  /** The largest number of tokens of an encoder-decoder's answer, if its decoder has its own limit. */
  readonly target?: number | undefined;
}

/** The keys of `config.json` for the maximum number of tokens. */
const LIMITS = [
  "max_position_embeddings",
  "n_positions",
  "n_ctx",
  "max_seq_len",
  "max_sequence_length",
  "seq_length",
];

/** Tokenizers without a limit write a number such as 1e30. */
const MOST_TOKENS = 1e9;

/**
 * Combines the facts from a model's graph, its `config.json` and its `tokenizer_config.json`.
 *
 * @throws {InputError} where a file is not a JSON object, or contradicts the graph, the kind of model is unknown, or
 * a masked model does not answer at the mask
 */
export async function readCard(folder: string, facts: ModelFacts): Promise<ModelCard> {
  const path = join(folder, "config.json");
  const config = await readJson(path);
  const { padding } = facts.positions ?? {};
  const { pad_token_id } = config;
  if (padding !== undefined && typeof pad_token_id === "number" && pad_token_id !== padding) {
    throw new InputError(
      message`${path}: 'pad_token_id' is ${
        ofFile(pad_token_id)
      }, but the model's table of positions keeps row ${padding} for padding, so the first position is unknown: export the model without the input 'position_ids'`,
    );
  }
  const kind = kindOf(config, facts, path);
  if (kind === "masked" && facts.ofOneToken) {
    throw new InputError(
      `${folder}: the model fills in masks, and its ONNX file gives the logits of only one token of each text, not those at the mask: export it with the logits of all tokens`,
    );
  }
  return {
    kind,
    positions: await positionsOf(folder, config, facts.positions?.limit),
    ...(facts.sequence !== undefined && { sequence: facts.sequence }),
    firstPosition: facts.positions?.first ?? 0,
    ...(facts.positions?.uncounted.length && { uncounted: facts.positions.uncounted }),
  };
}

/**
 * The card of an encoder-decoder, from the files next to its graphs: its encoder counts positions itself.
 *
 * @throws {InputError} where a file is not a JSON object
 */
export async function readEncoderDecoderCard(folder: string): Promise<ReadingCard> {
  const config = await readJson(join(folder, "config.json"));
  return {
    kind: "encoder-decoder",
    positions: await positionsOf(folder, config, undefined),
    firstPosition: 0,
  };
}

/** The least of the limits that a model's files name, if any. @param ofGraph the one that its graph shows */
async function positionsOf(
  folder: string,
  config: Readonly<Record<string, unknown>>,
  ofGraph: number | undefined,
): Promise<number | undefined> {
  const { model_max_length } = await readTokenizerConfig(folder, ["tokenizer_config.json"]);
  const limits = [ofGraph, ...LIMITS.map((name) => config[name]), model_max_length]
    .filter((item) => typeof item === "number" && item > 0 && item < MOST_TOKENS);
  return limits.length > 0 ? Math.min(...limits as number[]) : undefined;
}

/** The kind by the direction of attention; where the graph does not show it, by unambiguous names of the hub's classes. */
function kindOf(
  { architectures, is_encoder_decoder }: Record<string, unknown>,
  { attention, takesPast }: ModelFacts,
  path: string,
): ModelCard["kind"] {
  if (attention !== undefined) return attention === "causal" ? "causal" : "masked";
  // An encoder reads a text in both directions.
  if (is_encoder_decoder === true) return "masked";
  const named = String(architectures);
  if (/ForMaskedLM\b/.test(named)) return "masked";
  if (/ForCausalLM\b/.test(named) || takesPast) return "causal";
  throw new InputError(
    message`${path}: 'architectures' is ${
      architectures === undefined ? "missing" : ofFile(JSON.stringify(architectures))
    }, and the graph does not show whether the model fills in masks or continues a text: declare it in ${path}, as "architectures": ["…ForMaskedLM"] or ["…ForCausalLM"]`,
  );
}
