/** The bytes of buffers that are created while `work` goes on, and not destroyed. */
export async function bytesLeft(work: () => Promise<void>): Promise<number> {
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const left = new Map<GPUBuffer, number>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    left.set(buffer, descriptor.size);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    left.delete(this);
    return destroy.call(this);
  };
  try {
    await work();
    return [...left.values()].reduce((sum, size) => sum + size, 0);
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
  }
}
