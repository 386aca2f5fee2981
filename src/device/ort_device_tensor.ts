import type { Tensor as OrtTensor } from "onnxruntime-common";
import type { DeviceTensor, Tensor } from "./device.ts";

/** What can be done with a tensor on a device. */
export interface TensorUse {
  /** The tensor as an input of ONNX Runtime. */
  readonly given: () => OrtTensor;
  readonly read: () => Promise<Tensor>;
  readonly free: () => void;
}

/** A tensor on a device that ONNX Runtime can read. */
export class OrtDeviceTensor implements DeviceTensor {
  constructor(readonly dims: readonly number[], private readonly use: TensorUse) {}

  /** As an input of ONNX Runtime. */
  get tensor(): OrtTensor {
    return this.use.given();
  }

  read(): Promise<Tensor> {
    return this.use.read();
  }

  free(): void {
    this.use.free();
  }
}

/** Copies a tensor of ONNX Runtime into the host's memory. @param name for messages */
export async function hostTensor(name: string, tensor: OrtTensor): Promise<Tensor> {
  const { type, dims } = tensor;
  const data = await tensor.getData();
  if (type === "float32" && data instanceof Float32Array) return { type, dims, data };
  if (type === "int64" && data instanceof BigInt64Array) return { type, dims, data };
  if (type === "float16") {
    const halves = data instanceof Uint16Array
      ? new Float16Array(data.buffer, data.byteOffset, data.length)
      : data;
    if (halves instanceof Float16Array) return { type: "float32", dims, data: Float32Array.from(halves) };
  }
  throw new TypeError(`output '${name}' is ${type}`);
}
