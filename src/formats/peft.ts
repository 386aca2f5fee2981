import { float32Tensor, type Tensor } from "../device/device.ts";
import { readSafetensors, writeSafetensors } from "../device/safetensors.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { ReadingCard } from "../model/card.ts";

/** PEFT's tensor of a prompt, float32 [num_virtual_tokens, token_dim]. */
const TENSOR = "prompt_embeddings";

/** PEFT's name of what a model is for. It has none for masked language models: this one leaves the model's own output unchanged. */
const TASKS = {
  causal: "CAUSAL_LM",
  masked: "FEATURE_EXTRACTION",
  "encoder-decoder": "SEQ_2_SEQ_LM",
} as const satisfies Readonly<Record<ReadingCard["kind"], string>>;

/**
 * A prompt as PEFT reads it: `PeftModel.from_pretrained` takes the two files as PROMPT_TUNING.
 *
 * @param prompt float32 [length, dimension], in place of word embeddings
 * @param base the model: its id on the hub, or its folder, and what its `config.json` says
 */
export function peftAdapter(
  prompt: Tensor,
  kind: ReadingCard["kind"],
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
    task_type: TASKS[kind],
    inference_mode: true,
    num_virtual_tokens: length,
    token_dim: dimension,
    // Of an encoder-decoder, too: PEFT puts the vectors in front of the encoder's text alone.
    num_transformer_submodules: 1,
    num_layers: firstOf(base.config, ["num_hidden_layers", "n_layer", "num_layers"]),
    num_attention_heads: firstOf(base.config, ["num_attention_heads", "n_head", "num_heads"]),
    prompt_tuning_init: "RANDOM",
  };
  return {
    config: `${JSON.stringify(config, null, 2)}\n`,
    weights: writeSafetensors({ tensors: { [TENSOR]: prompt }, metadata: { format: "pt" } }),
  };
}

function firstOf(config: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown {
  return keys.map((key) => config[key]).find((value) => value !== undefined) ?? null;
}

/**
 * Reads a prompt that PEFT tuned. An adapter of an encoder-decoder holds twice as many vectors, unless it says otherwise: PEFT's
 * forward and `generate` put the first half in front of the encoder's text, and the other half nowhere.
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
  const { num_virtual_tokens: length, token_dim: dimension, task_type } = config;
  const usual = task_type === TASKS["encoder-decoder"] ? 2 : 1;
  const parts = config.num_transformer_submodules ?? usual;
  if (parts !== 1 && (parts !== 2 || usual !== 2)) {
    throw new InputError(
      message`${path} has the prompts of ${
        ofFile(parts)
      } models ('num_transformer_submodules') and the task ${
        ofFile(task_type)
      }: only prompts of one model, and of an encoder and its decoder (${
        TASKS["encoder-decoder"]
      }), are read`,
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
  const expected = [typeof length === "number" ? length * parts : length, dimension];
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
  return parts === 1 ? prompt : firstRows(prompt, prompt.dims[0]! / parts);
}

function firstRows({ data, dims: [, size] }: Tensor, count: number): Tensor {
  return float32Tensor(Float32Array.from(data.subarray(0, count * size!), Number), [count, size!]);
}
