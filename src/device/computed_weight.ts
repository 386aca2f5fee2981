import type { InferenceSession } from "onnxruntime-common";
import {
  canBeInput,
  COMPUTED,
  type FileTensor,
  type WeightShape,
} from "../compiler/backend/weights_as_inputs.ts";
import type { TensorPlace } from "../compiler/backend/graph_parts.ts";
import { createSession, type OrtModule } from "./ort_session.ts";
import { PACKED, type WeightReader } from "./weight_reader.ts";

/** ONNX Runtime's level for fatal errors only: that the host has no kernel is no error. */
const FATAL_ONLY = 4;

/** A weight in the host's memory. */
export interface ComputedWeight {
  readonly shape: WeightShape;
  readonly bytes: Uint8Array;
}

/**
 * Computes a weight of others by ONNX Runtime on the host, as that does by itself with what is constant in a graph.
 *
 * @param tensors what it is computed of @param computed the graph that does
 * @returns nothing where the host has no kernel for it, or it is none that can be an input
 */
export async function computedWeight(
  ort: OrtModule,
  tensors: readonly FileTensor[],
  computed: (place: (tensor: FileTensor) => TensorPlace) => Uint8Array,
  reader: WeightReader,
): Promise<ComputedWeight | undefined> {
  const { bytes: data, place } = await reader.packed(tensors);
  const session = await onHost(ort, computed(place), data);
  if (session === undefined) return undefined;
  try {
    const { [COMPUTED]: { type, dims, data: numbers } = {} } = await session.run({});
    if (dims === undefined || !canBeInput(type, dims) || !ArrayBuffer.isView(numbers)) return undefined;
    const { buffer, byteOffset, byteLength } = numbers;
    return { shape: { type, dims }, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
  } finally {
    await session.release();
  }
}

/** Opens a graph on the host; where that fails, so will a session on the device, or it has a kernel of its own. */
async function onHost(
  ort: OrtModule,
  bytes: Uint8Array,
  data: Uint8Array,
): Promise<InferenceSession | undefined> {
  const options = { executionProviders: ["cpu"], logSeverityLevel: FATAL_ONLY } as const;
  const graph = { bytes, weights: new Map() };
  return await createSession(ort, graph, [{ path: PACKED, data }], options).catch(() => undefined);
}
