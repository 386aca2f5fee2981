import type { TensorPlace } from "../compiler/backend/graph_parts.ts";
import type { FileTensor } from "../compiler/backend/weights_as_inputs.ts";
import type { GraphFile, WeightsFile } from "./device.ts";
import type { WeightFiles } from "./weights.ts";

/** The name of the file that packed tensors are in. */
export const PACKED = "packed";

/** Reads tensors of files, each by itself. */
export class WeightReader {
  /** @param weights the files that the tensors are in */
  constructor(private readonly weights: GraphFile["weights"], private readonly files: WeightFiles) {}

  /** A part of a tensor. @param offset from the tensor's start in bytes, as `length` */
  async part({ place }: FileTensor, offset: number, length: number): Promise<Uint8Array<ArrayBufferLike>> {
    const file = this.fileOf(place);
    const start = place.offset + offset;
    if (typeof file === "string") return await this.files.readPart(file, start, length);
    const bytes = file.subarray(start, start + length);
    if (bytes.length === length) return bytes;
    throw new RangeError(`the weights '${place.location}' end before byte ${start + length}`);
  }

  /** Some tensors in one file, and where each of them is in it. */
  async packed(
    tensors: readonly FileTensor[],
  ): Promise<{ readonly bytes: Uint8Array; readonly place: (tensor: FileTensor) => TensorPlace }> {
    const places = new Map<FileTensor, TensorPlace>();
    let end = 0;
    for (const tensor of tensors) {
      const { length } = tensor.place;
      places.set(tensor, { location: PACKED, offset: end, length });
      end += length;
    }
    const bytes = new Uint8Array(end);
    for (const [tensor, { offset, length }] of places) {
      bytes.set(await this.part(tensor, 0, length), offset);
    }
    return { bytes, place: (tensor) => places.get(tensor)! };
  }

  /** The file that a tensor is in. */
  fileOf({ location }: TensorPlace): WeightsFile {
    const file = this.weights.get(location);
    if (file !== undefined) return file;
    throw new RangeError(`a graph takes weights from '${location}', which does not come with it`);
  }
}
