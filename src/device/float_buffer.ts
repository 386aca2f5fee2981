import type { Tensor as OrtTensor } from "onnxruntime-common";

/** The buffer of a float32 tensor on a GPU; `undefined` where it is elsewhere, or of another type. */
export function floatBufferOf(tensor: OrtTensor): GPUBuffer | undefined {
  if (tensor.location !== "gpu-buffer" || tensor.type !== "float32") return undefined;
  const { gpuBuffer } = tensor;
  return gpuBuffer instanceof GPUBuffer ? gpuBuffer : undefined;
}
