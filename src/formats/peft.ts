import type { Tensor } from "../device/device.ts";
import { readSafetensors, writeSafetensors } from "../device/safetensors.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { ModelCard } from "../model/card.ts";

/** PEFT's tensor of a prompt, float32 [num_virtual_tokens, token_dim]. */
const TENSOR = "prompt_embeddings";

/**
 * A prompt as PEFT reads it: `PeftModel.from_pretrained` takes the two files as PROMPT_TUNING.
 *
 * @param prompt float32 [length, dimension], in place of word embeddings
 * @param base the model: its id on the hub, or its folder, and what its `config.json` says
 */
export function peftAdapter(
  prompt: Tensor,
  kind: ModelCard["kind"],
  base: {
    readonly source: string;
    readonly revision: string | null;
    readonly config: Readonly<Record<string, unknown>>;
  },
): { config: string; weights: Uint8Array<ArrayBuffer> } {
  const [length, dimension] = prompt.dims;
  const config = {
    base_model_name_or_path: base.source,
    revision: base.revision,
    peft_type: "PROMPT_TUNING",
    // PEFT has no task for masked language models: this one leaves the model's own output unchanged.
    task_type: kind === "causal" ? "CAUSAL_LM" : "FEATURE_EXTRACTION",
    inference_mode: true,
    num_virtual_tokens: length,
    token_dim: dimension,
    num_transformer_submodules: 1,
    num_layers: base.config.num_hidden_layers ?? base.config.n_layer ?? null,
    num_attention_heads: base.config.num_attention_heads ?? base.config.n_head ?? null,
    prompt_tuning_init: "RANDOM",
  };
  return {
    config: `${JSON.stringify(config, null, 2)}\n`,
    weights: writeSafetensors({ tensors: { [TENSOR]: prompt }, metadata: { format: "pt" } }),
  };
}

/**
 * Reads a prompt that PEFT tuned.
 *
 * @param config the content of `adapter_config.json` (https://huggingface.co/docs/peft/package_reference/prompt_tuning)
 * @param weights the content of `adapter_model.safetensors`
 * @param path the adapter's folder, for messages
 * @returns float32 [length, dimension]
 * @throws {InputError} where it is an adapter of another kind, or its files do not match
 */
export function readPeftAdapter(
  config: Readonly<Record<string, unknown>>,
  weights: Uint8Array,
  path: string,
): Tensor {
  if (config.peft_type !== "PROMPT_TUNING") {
    throw new InputError(
      message`${path} is an adapter of the type ${
        ofFile(config.peft_type)
      }: only PROMPT_TUNING is a prompt in front of a text`,
    );
  }
  if ((config.num_transformer_submodules ?? 1) !== 1) {
    throw new InputError(
      `${path} has prompts for an encoder and a decoder, but only encoder-only and decoder-only models are supported`,
    );
  }
  let tensors;
  try {
    tensors = readSafetensors(weights).tensors;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(
      message`${path}/adapter_model.safetensors is damaged (${ofFile(error.message)}): save it again`,
      { cause: error },
    );
  }
  const prompt = tensors[TENSOR];
  const expected = [config.num_virtual_tokens, config.token_dim];
  if (prompt === undefined || prompt.dims.join() !== expected.join()) {
    throw new InputError(
      message`${path}/adapter_model.safetensors has no '${TENSOR}' [${ofFile(expected.join(", "))}] (it has ${
        ofFile(
          Object.entries(tensors).map(([name, { dims }]) => `${name} [${dims.join(", ")}]`).join(", ") ||
            "nothing",
        )
      })`,
    );
  }
  return prompt;
}
