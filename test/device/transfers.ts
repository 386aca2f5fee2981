/** What goes between the host and the GPU while something runs: every way that ONNX Runtime has. */
export interface Transfers {
  /** Buffers filled by the host (uniforms aside, which hold shapes), and their bytes. */
  uploads: number;
  uploadedBytes: number;
  /** Buffers brought to the host, and their bytes. */
  downloads: number;
  downloadedBytes: number;
}

/** Counts transfers until `work` is done. */
export async function countTransfers<Result>(
  work: () => Promise<Result>,
): Promise<{ transfers: Transfers; result: Result }> {
  const transfers = { uploads: 0, uploadedBytes: 0, downloads: 0, downloadedBytes: 0 };
  const { createBuffer } = GPUDevice.prototype;
  const { mapAsync } = GPUBuffer.prototype;
  const { writeBuffer } = GPUQueue.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    if (descriptor.mappedAtCreation) {
      transfers.uploads++;
      transfers.uploadedBytes += descriptor.size;
    }
    return createBuffer.call(this, descriptor);
  };
  GPUBuffer.prototype.mapAsync = function (...args) {
    transfers.downloads++;
    transfers.downloadedBytes += this.size;
    return mapAsync.apply(this, args);
  };
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, ...part) {
    if ((buffer.usage & GPUBufferUsage.UNIFORM) === 0) {
      transfers.uploads++;
      transfers.uploadedBytes += data.byteLength;
    }
    return writeBuffer.call(this, buffer, offset, data, ...part);
  };
  try {
    return { result: await work(), transfers };
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.mapAsync = mapAsync;
    GPUQueue.prototype.writeBuffer = writeBuffer;
  }
}
