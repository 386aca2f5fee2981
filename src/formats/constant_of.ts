import type { Constant } from "../compiler/mod.ts";
import type { Tensor } from "../device/device.ts";

/** A tensor as a constant of a graph. */
export function constantOf({ type, dims, data }: Tensor): Constant {
  return { type, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
