import type { Tensor } from "../device/device.ts";
import { readSafetensors, writeSafetensors } from "../device/safetensors.ts";
import type { Best } from "./early_stopping.ts";

/** Everything that tuning needs to go on where it was, to the same bits. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** float32 [length, dimension] */
  readonly prompt: Tensor;
  /** The optimizer's state tensors by name. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Losses since the last line of the history. */
  readonly losses: readonly number[];
  readonly best?: Best;
  /** Validations since the best one. */
  readonly waited: number;
  /** Seconds spent on steps and validations so far. */
  readonly seconds: number;
}

/** A checkpoint as a safetensors file. */
export function encodeCheckpoint({ prompt, state, best, ...rest }: Checkpoint): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, Tensor> = { prompt, ...(best && { best_prompt: best.prompt }) };
  for (const [name, tensor] of Object.entries(state)) tensors[`state.${name}`] = tensor;
  const about = { ...rest, ...(best && { best: { step: best.step, validation: best.validation } }) };
  return writeSafetensors({
    tensors,
    metadata: { format: "softprompt-checkpoint/1", checkpoint: JSON.stringify(about) },
  });
}

/**
 * Reads a checkpoint back.
 *
 * @throws {RangeError} where the bytes are none, or cut off
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== "softprompt-checkpoint/1" || tensors.prompt === undefined) {
    throw new RangeError("not a checkpoint");
  }
  const { best, ...rest } = JSON.parse(metadata.checkpoint!) as
    & Omit<Checkpoint, "prompt" | "state" | "best">
    & { best?: Best };
  const state = Object.entries(tensors).flatMap(([name, tensor]) =>
    name.startsWith("state.") ? [[name.slice(6), tensor]] : []
  );
  return {
    ...rest,
    prompt: tensors.prompt,
    state: Object.fromEntries(state),
    ...(best && { best: { ...best, prompt: tensors.best_prompt! } }),
  };
}
