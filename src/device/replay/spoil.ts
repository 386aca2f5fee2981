/** The bytes that are written at a time. */
const PIECE = 2 ** 22;

/** What is written: numbers of all floating-point types that are none, and integers that no index has. */
const SPOILED = 0xff;

/** Fills buffers with what would spoil every result that depends on what they held. */
export function spoil(device: GPUDevice, buffers: Iterable<GPUBuffer>): void {
  const piece = device.createBuffer({ size: PIECE, usage: GPUBufferUsage.COPY_SRC, mappedAtCreation: true });
  new Uint8Array(piece.getMappedRange()).fill(SPOILED);
  piece.unmap();
  const encoder = device.createCommandEncoder();
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.size; at += PIECE) {
      encoder.copyBufferToBuffer(piece, 0, buffer, at, Math.min(PIECE, buffer.size - at));
    }
  }
  device.queue.submit([encoder.finish()]);
  piece.destroy();
}
