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
  if (largest !== undefined) {
    check(`the tensor '${largest.name}'`, largest.bytes, limit, `${SMALLER_BATCHES}, or `);
  }
}

/**
 * Refuses a weight that exceeds an adapter's buffer size.
 *
 * @param bytes of the weight
 * @param limit the adapter's `maxBufferSize`, in bytes
 * @throws {DeviceError} naming the weight, its size and the limit
 */
export function checkWeight(name: string, bytes: number, limit: number): void {
  check(`the weight '${name}'`, bytes, limit, "");
}

function check(what: string, bytes: number, limit: number, wayOut: string): void {
  if (bytes <= limit) return;
  const inMib = (size: number) => `${(size / MIB).toFixed(0)} MiB`;
  throw new DeviceError(
    `${what} takes ${inMib(bytes)}, but a buffer of this WebGPU adapter holds at most ${
      inMib(limit)
    } (maxBufferSize): ${wayOut}set 'device: cpu'`,
  );
}
