/** ONNX Runtime's kernels read buffers in units of this size, in bytes. */
const UNIT = 16;

/** A buffer for a tensor that ONNX Runtime reads. @param bytes of the tensor */
export function inputBuffer(gpu: GPUDevice, bytes: number): GPUBuffer {
  return gpu.createBuffer({
    size: Math.max(1, Math.ceil(bytes / UNIT)) * UNIT,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
}
