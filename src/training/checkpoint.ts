import type { Tensor } from "../device/device.ts";
import { readSafetensors, writeSafetensors } from "../device/safetensors.ts";
import type { Best, Parameters } from "./early_stopping.ts";

/** Told by a file's own name for it; a checkpoint of another format is begun anew. */
const FORMAT = "softprompt-checkpoint/2";

/** Everything that tuning needs to go on where it was, to the same bits. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** What is tuned, by name: `prompt` float32 [length, dimension], or a model's weights. */
  readonly parameters: Parameters;
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
export function encodeCheckpoint({ parameters, state, best, ...rest }: Checkpoint): Uint8Array<ArrayBuffer> {
  const kinds = { parameter: parameters, state, best: best?.parameters ?? {} };
  const tensors: Record<string, Tensor> = {};
  for (const [kind, own] of Object.entries(kinds)) {
    for (const [name, tensor] of Object.entries(own)) tensors[`${kind}.${name}`] = tensor;
  }
  const about = { ...rest, ...(best && { best: { step: best.step, validation: best.validation } }) };
  return writeSafetensors({
    tensors,
    metadata: { format: FORMAT, checkpoint: JSON.stringify(about) },
  });
}

/**
 * Reads a checkpoint back.
 *
 * @throws {RangeError} where the bytes are none, or cut off
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== FORMAT) throw new RangeError("not a checkpoint");
  const { best, ...rest } = JSON.parse(metadata.checkpoint!) as
    & Omit<Checkpoint, "parameters" | "state" | "best">
    & { best?: Best };
  const own = (kind: string): Parameters =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith(`${kind}.`) ? [[name.slice(kind.length + 1), tensor]] : []
      ),
    );
  return {
    ...rest,
    parameters: own("parameter"),
    state: own("state"),
    ...(best && { best: { ...best, parameters: own("best") } }),
  };
}
