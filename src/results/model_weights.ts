import { join } from "@std/path";
import type { Tensor } from "../device/device.ts";
import { MEMORY_LIMIT } from "../disk/read_limited.ts";
import { readSafetensors, writeSafetensors } from "../device/safetensors.ts";
import { checkFormat } from "./format.ts";
import { sha256 } from "../base/sha256.ts";
import { DamagedRun, readOwn } from "./damaged_run.ts";
import { checkOwnFile } from "./own_files.ts";
import { readEnvironment } from "./read_run.ts";

const FORMAT = "softprompt-model/1";

/** The weights of a tuned model as `model.safetensors`, by their names in the model's ONNX file. */
export function weightsFile(weights: Readonly<Record<string, Tensor>>): Uint8Array<ArrayBuffer> {
  return writeSafetensors({ tensors: weights, metadata: { format: FORMAT } });
}

/**
 * Reads the weights of a run that tuned its model.
 *
 * @throws {InputError} where a newer version wrote them
 * @throws {DamagedRun} where there are none, they are damaged, or were changed since the run
 */
export async function readWeights(folder: string): Promise<Readonly<Record<string, Tensor>>> {
  const path: string = join(folder, "model.safetensors");
  const bytes = await readOwn(path, Deno.readFile, MEMORY_LIMIT);
  if (bytes === undefined) {
    throw new DamagedRun(`${folder} is no complete run of a tuned model: it lacks model.safetensors`);
  }
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    checkFormat(metadata, FORMAT, path);
    const environment = await readEnvironment(folder);
    if (environment === undefined) {
      throw new DamagedRun(`${folder} is not a complete run: it lacks environment.json`);
    }
    checkOwnFile(folder, "model.safetensors", await sha256(bytes), environment);
    return tensors;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DamagedRun(`${path} is damaged (${error.message})`, undefined, { cause: error });
  }
}
