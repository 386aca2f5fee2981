import { largestTensor, type TensorSize } from "../compiler/graph/tensor_sizes.ts";
import type { Feeds } from "./device.ts";
import { DeviceError, SMALLER_BATCHES } from "./device_error.ts";
import { SYMBOL_NAMES, symbolValues } from "./symbol_values.ts";

const MIB = 2 ** 20;

/**
 * Refuses tensors that exceed an adapter's buffer size, before anything is computed.
 *
 * @param sizes the sizes of the graph's tensors
 * @param limit the adapter's `maxBufferSize`, in bytes
 * @throws {DeviceError} naming the tensor, its size and the limit
 */
export function checkBuffers(sizes: readonly TensorSize[], feeds: Feeds, limit: number): void {
  const none = Object.fromEntries(SYMBOL_NAMES.map((name) => [name, 0]));
  const values = { ...none, ...symbolValues(feeds) };
  const largest = largestTensor(sizes, values);
  if (largest === undefined || largest.bytes <= limit) return;
  throw new DeviceError(
    `the tensor '${largest.name}' takes ${
      (largest.bytes / MIB).toFixed(0)
    } MiB, but a buffer of this WebGPU adapter holds at most ${
      (limit / MIB).toFixed(0)
    } MiB (maxBufferSize): ${SMALLER_BATCHES}, or set 'device: cpu'`,
  );
}
