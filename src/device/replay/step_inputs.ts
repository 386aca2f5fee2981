import type { Tensor as OrtTensor } from "onnxruntime-common";
import type { DeviceTensor, Feeds, Tensor } from "../device.ts";
import { floatBufferOf } from "../float_buffer.ts";
import { inputBuffer } from "../input_buffer.ts";
import { OrtDeviceTensor } from "../ort_device_tensor.ts";
import { tensorNamed } from "../tensor_data.ts";
import type { ReplayTools } from "./replay_tools.ts";

/** The buffer of an input of one shape. */
interface Place {
  readonly buffer: GPUBuffer;
  readonly tensor: OrtTensor;
  /** What it holds. */
  held: Tensor | DeviceTensor | undefined;
}

/** The bytes of an element. */
const BYTES: Readonly<Record<Tensor["type"], number>> = { float32: 4, int64: 8, bool: 1 };

/** Copies and uploads are in units of this size, in bytes. */
const WORD = 4;

/**
 * The inputs of recorded steps, in buffers that stay: those of one shape are the same buffers in all recordings. What they hold
 * already is not brought there again.
 */
export class StepInputs {
  private readonly places = new Map<string, Place>();
  /** What the host uploads for a step, packed: one write for all inputs. */
  private uploads: GPUBuffer | undefined;

  constructor(private readonly tools: Pick<ReplayTools, "ort" | "gpu">) {}

  /** The buffers. */
  get buffers(): readonly GPUBuffer[] {
    return [...this.places.values()].map(({ buffer }) => buffer);
  }

  /** An input's buffer as ONNX Runtime takes it. */
  tensor(name: string, feeds: Feeds): OrtTensor {
    return this.placeOf(name, tensorNamed(feeds, name)).tensor;
  }

  /** An input's buffer, where it holds a certain tensor. */
  holding(name: string, tensor: DeviceTensor): Pick<Place, "buffer" | "tensor"> | undefined {
    const place = this.places.get(keyOf(name, tensor));
    return place?.held === tensor ? place : undefined;
  }

  /** Brings inputs into their buffers before the commands that are encoded next. */
  write(encoder: GPUCommandEncoder, names: readonly string[], feeds: Feeds): void {
    const uploaded: { readonly place: Place; readonly data: Tensor["data"] }[] = [];
    for (const name of names) {
      const feed = tensorNamed(feeds, name);
      const place = this.placeOf(name, feed);
      if (place.held === feed) continue;
      if ("data" in feed) uploaded.push({ place, data: feed.data });
      else encoder.copyBufferToBuffer(bufferOf(feed), 0, place.buffer, 0, bytesOf(feed));
      place.held = feed;
    }
    this.upload(encoder, uploaded);
  }

  /** Frees the buffers. */
  destroy(): void {
    this.buffers.forEach((buffer) => buffer.destroy());
    this.uploads?.destroy();
  }

  private placeOf(name: string, feed: Tensor | DeviceTensor): Place {
    const key = keyOf(name, feed);
    const found = this.places.get(key);
    if (found !== undefined) return found;
    const { gpu, ort } = this.tools;
    const dataType = typeOf(feed);
    const buffer = inputBuffer(gpu, bytesOf(feed));
    const tensor = ort.Tensor.fromGpuBuffer(buffer, { dataType, dims: feed.dims });
    const place: Place = { buffer, tensor, held: undefined };
    this.places.set(key, place);
    return place;
  }

  private upload(
    encoder: GPUCommandEncoder,
    uploaded: readonly { readonly place: Place; readonly data: Tensor["data"] }[],
  ): void {
    const sizes = uploaded.map(({ data }) => Math.ceil(data.byteLength / WORD) * WORD);
    const size = sizes.reduce((sum, one) => sum + one, 0);
    if (size === 0) return;
    const packed = new Uint8Array(size);
    const staging = this.stagingOf(size);
    let at = 0;
    for (const [i, { place, data }] of uploaded.entries()) {
      packed.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
      encoder.copyBufferToBuffer(staging, at, place.buffer, 0, sizes[i]!);
      at += sizes[i]!;
    }
    this.tools.gpu.queue.writeBuffer(staging, 0, packed);
  }

  private stagingOf(size: number): GPUBuffer {
    if (this.uploads === undefined || this.uploads.size < size) {
      this.uploads?.destroy();
      this.uploads = this.tools.gpu.createBuffer({
        size,
        usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
    }
    return this.uploads;
  }
}

function keyOf(name: string, feed: Tensor | DeviceTensor): string {
  return `${name}|${typeOf(feed)}|${feed.dims.join("x")}`;
}

/** A tensor's type: all that steps pass on from one to the next are float32. */
function typeOf(feed: Tensor | DeviceTensor): Tensor["type"] {
  return "data" in feed ? feed.type : "float32";
}

function bytesOf(feed: Tensor | DeviceTensor): number {
  return BYTES[typeOf(feed)] * feed.dims.reduce((product, extent) => product * extent, 1);
}

/** @throws {TypeError} where a tensor is not in a buffer of the GPU, or not float32 */
function bufferOf(feed: DeviceTensor): GPUBuffer {
  const buffer = feed instanceof OrtDeviceTensor ? floatBufferOf(feed.tensor) : undefined;
  if (buffer !== undefined) return buffer;
  throw new TypeError("a step's input is not float32 in a buffer of the GPU");
}
