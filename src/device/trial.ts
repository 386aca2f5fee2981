import type { InferenceSession } from "onnxruntime-common";
import { emit } from "../compiler/backend/emit.ts";
import { Builder } from "../compiler/ops/builder.ts";
import { float32Tensor } from "./device.ts";
import { openOrtSession, type OrtModule } from "./ort_session.ts";
import { ON_DISK } from "./weight_files.ts";

/**
 * Computes 2 × 3 as a product of matrices: the provider's libraries are loaded, and the device is asked.
 *
 * @param options with the provider
 * @throws {Error} where the libraries or the device are missing, or the product is wrong
 */
export async function tryProvider(ort: OrtModule, options: InferenceSession.SessionOptions): Promise<void> {
  const b = new Builder("a product");
  const factors = [b.input("first", "float32", [1, 1]), b.input("second", "float32", [1, 1])];
  const { bytes } = emit(b.graph(new Map([["product", b.op("MatMul", factors)]])), "product");
  const session = await openOrtSession(ort, { bytes, weights: new Map() }, ON_DISK, options);
  try {
    const first = float32Tensor(Float32Array.of(2), [1, 1]);
    const second = float32Tensor(Float32Array.of(3), [1, 1]);
    const found = (await session.run({ first, second })).product?.data[0];
    if (found !== 6) throw new Error(`2 × 3 is ${found} there`);
  } finally {
    await session.release();
  }
}
