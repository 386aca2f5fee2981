import { join } from "@std/path";
import { sha256 } from "../dataset/sha256.ts";
import type { Tensor } from "../device/device.ts";
import { readSafetensors } from "../device/safetensors.ts";
import { InputError } from "../experiment/errors.ts";
import { checkSemantics } from "../experiment/semantics.ts";

/** The prompt that a run tuned. */
export interface RunPrompt {
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** Where it stands. */
  readonly insertion: string | undefined;
  /** Of its file. */
  readonly sha256: string;
}

/**
 * Reads a run's `prompt.safetensors`.
 *
 * @param folder of a complete run of a soft prompt
 * @throws {InputError} where it has none, or it is damaged
 */
export async function readPrompt(folder: string): Promise<RunPrompt> {
  const path: string = join(folder, "prompt.safetensors");
  const bytes = await Deno.readFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `${folder} is no complete run of one soft prompt: it lacks prompt.safetensors (an ensemble's prompts are in its members' folders)`,
    );
  });
  try {
    const { tensors: { prompt }, metadata } = readSafetensors(bytes);
    if (prompt?.dims.length !== 2) throw new RangeError("it holds no prompt [length, dimension]");
    checkSemantics(metadata.semantics, path);
    return { prompt, insertion: metadata.insertion, sha256: await sha256(bytes) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(`${path} is damaged (${error.message}): run its experiment again with --force`, {
      cause: error,
    });
  }
}
