import { largestTensor, type TensorSize } from "../compiler/graph/tensor_sizes.ts";
import { DeviceError, type Feeds } from "./device.ts";

const MIB = 2 ** 20;

/** The inputs and axes that define each symbol of a compiled graph, whichever it has; a bank's prompt has one additional leading axis. */
const SYMBOLS: Readonly<Record<string, readonly (readonly [input: string, axis: number])[]>> = {
  batch: [["input_ids", 0], ["decoder_input_ids", 0]],
  sequence: [["input_ids", 1], ["attention_mask", 1]],
  target: [["target_ids", 1], ["decoder_input_ids", 1]],
  length: [["prompt", -2]],
  prompts: [["prompt", -3]],
  classes: [["label_tokens", 0]],
  words: [["label_tokens", 1]],
  chosen: [["rows", 0]],
};

/**
 * Refuses tensors that exceed an adapter's buffer size, before anything is computed.
 *
 * @param sizes the sizes of the graph's tensors
 * @param limit the adapter's `maxBufferSize`, in bytes
 * @throws {DeviceError} naming the tensor, its size and the limit
 */
export function checkBuffers(sizes: readonly TensorSize[], feeds: Feeds, limit: number): void {
  const values = Object.fromEntries(
    Object.entries(SYMBOLS).map(([name, places]) => [
      name,
      places.map(([input, axis]) => feeds[input]?.dims.at(axis)).find((extent) => extent !== undefined) ?? 0,
    ]),
  );
  const largest = largestTensor(sizes, values);
  if (largest === undefined || largest.bytes <= limit) return;
  throw new DeviceError(
    `the tensor '${largest.name}' takes ${
      (largest.bytes / MIB).toFixed(0)
    } MiB, but a buffer of this WebGPU adapter holds at most ${
      (limit / MIB).toFixed(0)
    } MiB (maxBufferSize): reduce 'training.batchSize' (or 'training.accumulate') or 'evaluation.batchSize', or set 'device: cpu'`,
  );
}
