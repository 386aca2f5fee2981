import type { Constant } from "../compiler/mod.ts";
import { float32Tensor, scalarTensor, type Tensor } from "../device/device.ts";
import type { Calibration } from "../evaluation/recalibration.ts";

/** A tensor as a constant of a graph. */
export function constantOf({ type, dims, data }: Tensor): Constant {
  return { type, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A calibration as constants: what is subtracted from the classes' logits, float32 [classes], and their divisor, float32 []. */
export function calibrationConstants(
  { shift, temperature }: Calibration,
  classes: number,
): { readonly shift: Constant; readonly temperature: Constant } {
  const subtracted = Float32Array.from({ length: classes }, (_, c) => shift?.[c] ?? 0);
  return {
    shift: constantOf(float32Tensor(subtracted, [classes])),
    temperature: constantOf(scalarTensor(temperature ?? 1)),
  };
}
