import { dirname, join, resolve } from "@std/path";
import { sha256 } from "../dataset/sha256.ts";
import type { Tensor } from "../device/device.ts";
import { InputError, KeyError } from "../experiment/errors.ts";
import type { PromptSpec } from "../experiment/types.ts";
import { type PeftConfig, readPeftAdapter } from "../formats/peft.ts";
import { readJson } from "../model/card.ts";

/** A prompt that another program tuned. */
export interface Adapter {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** Of its weights' file. */
  readonly sha256: string;
}

/**
 * Reads the adapter that a prompt starts from; `undefined` where it starts otherwise.
 *
 * @param file the experiment file, which paths are relative to
 * @throws {KeyError} where there is no such adapter, or it has another length than the prompt
 */
export async function readAdapter(
  { initialization, length }: PromptSpec,
  file: string,
): Promise<Adapter | undefined> {
  if (initialization?.from !== "peft") return undefined;
  const folder: string = resolve(dirname(file), initialization.path);
  try {
    const weights = await Deno.readFile(join(folder, "adapter_model.safetensors"));
    const config = await readJson(join(folder, "adapter_config.json"));
    const prompt = readPeftAdapter(config as unknown as PeftConfig, weights, folder);
    if (prompt.dims[0] !== length) {
      const message = `the adapter has ${prompt.dims[0]} vectors, and 'prompt.length' is ${length}`;
      throw new KeyError([{ path: ["prompt", "length"], message }]);
    }
    return { prompt, sha256: await sha256(weights) };
  } catch (error) {
    if (error instanceof KeyError) throw error;
    const missing = error instanceof Deno.errors.NotFound;
    if (!missing && !(error instanceof InputError)) throw error;
    const message = missing
      ? `${folder} is no adapter of PEFT's: it lacks adapter_model.safetensors`
      : error.message;
    throw new KeyError([{ path: ["prompt", "initialization", "path"], message }]);
  }
}
