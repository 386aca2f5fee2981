import { parseJson } from "../base/json_text.ts";
import { sha256 } from "../base/sha256.ts";
import type { Tensor } from "../device/device.ts";
import { readSafetensors, writeSafetensors } from "../device/safetensors.ts";
import type { Best, Parameters } from "./early_stopping.ts";
import { TRAINING_FILES } from "./file_schemas.ts";
import type { CheckpointState, CheckpointStateHistory } from "./training_files.ts";

/** A checkpoint of another format is not read: its run starts from the beginning. */
const FORMAT = "softprompt-checkpoint/4";

/** Everything that tuning needs to resume, to the same bits. */
export interface Checkpoint extends Omit<CheckpointState, "best" | "history"> {
  /** What is tuned, by name: `prompt` float32 [length, dimension], or a model's weights. */
  readonly parameters: Parameters;
  /** The optimizer's state tensors by name. */
  readonly state: Readonly<Record<string, Tensor>>;
  readonly best?: Best;
}

/** The start of a history that belongs to a checkpoint: its length in bytes and its SHA-256. */
export type HistoryMark = CheckpointStateHistory;

/** A checkpoint with its history. */
export interface MarkedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly history: HistoryMark;
}

/** A checkpoint as a safetensors file, with a hash of its content. */
export async function encodeCheckpoint(
  { checkpoint, history }: MarkedCheckpoint,
): Promise<Uint8Array<ArrayBuffer>> {
  const { parameters: _, state: __, best, ...rest } = checkpoint;
  const tensors = tensorsOf(checkpoint);
  const about = JSON.stringify({
    ...rest,
    history,
    ...(best && { best: { step: best.step, validation: best.validation } }),
  });
  return writeSafetensors({
    tensors,
    metadata: { format: FORMAT, checkpoint: about, sha256: await hashOf(tensors, about) },
  });
}

/**
 * Reads a checkpoint back.
 *
 * @throws {RangeError} where the bytes are not a checkpoint, are truncated, or have changed
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<MarkedCheckpoint> {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== FORMAT) throw new RangeError(`not a checkpoint of the format '${FORMAT}'`);
  const { checkpoint: about = "", sha256: then } = metadata;
  if (await hashOf(tensors, about) !== then) {
    throw new RangeError("its content has changed since it was written");
  }
  const { best, history, ...rest } = TRAINING_FILES.read(
    "checkpoint_state",
    parseJson(about),
    (fault) => new RangeError(fault),
  );
  const own = (kind: string): Parameters =>
    Object.fromEntries(
      Object.entries(tensors).flatMap(([name, tensor]) =>
        name.startsWith(`${kind}.`) ? [[name.slice(kind.length + 1), tensor]] : []
      ),
    );
  const checkpoint = {
    ...rest,
    parameters: own("parameter"),
    state: own("state"),
    ...(best && { best: { ...best, parameters: own("best") } }),
  };
  return { checkpoint, history };
}

/** A checkpoint's tensors by their names in its file. */
function tensorsOf({ parameters, state, best }: Checkpoint): Record<string, Tensor> {
  const kinds = { parameter: parameters, state, best: best?.parameters ?? {} };
  const tensors: Record<string, Tensor> = {};
  for (const [kind, own] of Object.entries(kinds)) {
    for (const [name, tensor] of Object.entries(own)) tensors[`${kind}.${name}`] = tensor;
  }
  return tensors;
}

/** The hash of tensors with their names and sizes, and of the metadata. Unlike hashing a whole file, it copies no tensor. */
async function hashOf(tensors: Readonly<Record<string, Tensor>>, about: string): Promise<string> {
  const parts: unknown[] = [about];
  for (const [name, { dims, data }] of Object.entries(tensors)) {
    const { buffer, byteOffset, byteLength } = data;
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError(`the tensor '${name}' is in shared memory`);
    parts.push([name, dims, await sha256(new Uint8Array(buffer, byteOffset, byteLength))]);
  }
  return await sha256(new TextEncoder().encode(JSON.stringify(parts)));
}
