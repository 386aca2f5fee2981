import { inputBuffer } from "./input_buffer.ts";

/** The bytes that are read and uploaded at a time. */
const PIECE = 1 << 26;

/** Uploads are in units of this size, in bytes. */
const WORD = 4;

/**
 * Brings bytes to the device, in pieces, so that the host holds no more than some of them.
 *
 * @param size of all, in bytes
 * @param read reads some of them
 * @param most the bytes of a piece at most: a multiple of 4
 * @returns a buffer that ONNX Runtime can read
 */
export async function upload(
  gpu: GPUDevice,
  size: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
  most = PIECE,
): Promise<GPUBuffer> {
  const buffer = inputBuffer(gpu, size);
  try {
    for (let at = 0; at < size; at += most) {
      const piece = await read(at, Math.min(most, size - at));
      gpu.queue.writeBuffer(buffer, at, inWords(piece));
      if (size <= most) continue;
      // What is written is kept on the host until it is submitted and done.
      gpu.queue.submit([]);
      await gpu.queue.onSubmittedWorkDone();
    }
    return buffer;
  } catch (error) {
    buffer.destroy();
    throw error;
  }
}

/** The bytes as they can be uploaded: with zeros up to the next unit, where they are not whole units. */
function inWords(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length % WORD === 0 && isPlain(bytes)) return bytes;
  const words = new Uint8Array(Math.ceil(bytes.length / WORD) * WORD);
  words.set(bytes);
  return words;
}

function isPlain(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer;
}
