import type { Tensor as OrtTensor } from "onnxruntime-common";
import { elementTypeOf } from "../compiler/graph/element_types.ts";
import {
  canBeInput,
  graphOfWeights,
  type GraphWeight,
  type WeightShape,
} from "../compiler/backend/weights_as_inputs.ts";
import { checkWeight } from "./buffer_limit.ts";
import { computedWeight } from "./computed_weight.ts";
import type { GraphFile, WeightsFile } from "./device.ts";
import type { OrtGraph, OrtModule } from "./ort_session.ts";
import { upload } from "./upload.ts";
import { PACKED, WeightReader } from "./weight_reader.ts";
import type { WeightFiles } from "./weights.ts";

/** A weight on the device. */
interface Kept {
  readonly buffer: GPUBuffer;
  readonly shape: WeightShape;
  /** The number of open graphs that read it. */
  users: number;
}

/** A graph that reads shared weights. */
export interface OpenedWeights {
  readonly graph: OrtGraph;
  /** Gives its weights up: those that no other graph reads are freed. */
  release(): void;
}

/**
 * The weights of all graphs that are open on a WebGPU device, each of them there once: graphs take them as inputs. What nodes make of
 * weights alone, such as their numbers in float16, is made once as well, by ONNX Runtime on the host, which would do the same for each
 * session.
 *
 * Vectors, and what is not of real numbers, are left in the graphs.
 */
export class SharedWeights {
  private readonly kept = new Map<string, Kept>();
  /** Files that are in the host's memory, by their numbers. */
  private readonly numbers = new WeakMap<Uint8Array, number>();
  private lastNumber = 0;

  constructor(
    private readonly tools: { readonly ort: OrtModule; readonly gpu: GPUDevice; readonly files: WeightFiles },
  ) {}

  /**
   * Brings the weights of a graph to the device, as far as they are not there. Nothing else may use the device meanwhile.
   *
   * @throws {DeviceError} where a weight exceeds the adapter's buffers
   */
  async open(graph: GraphFile): Promise<OpenedWeights> {
    const found = graphOfWeights(graph.bytes);
    if (found === undefined) return { graph, release: () => {} };
    const reader = new WeightReader(graph.weights, this.tools.files);
    const identities = await this.identitiesOf(graph);
    const used: { readonly name: string; readonly key: string; readonly shape: WeightShape }[] = [];
    const release = () => used.splice(0).forEach(({ key }) => this.giveUp(key));
    try {
      for (const weight of found.weights) {
        const key = keyOf(weight, identities);
        const kept = this.kept.get(key) ?? await this.bring(weight, reader);
        if (kept === undefined) continue;
        this.kept.set(key, kept);
        kept.users++;
        used.push({ name: weight.name, key, shape: shapeOf(weight) ?? kept.shape });
      }
      const rest = found.withInputs(new Map(used.map(({ name, shape }) => [name, shape])));
      const { bytes, place } = await reader.packed(rest.tensors);
      const given = used.map(({ name, key, shape }) => [name, this.tensorOf(key, shape)] as const);
      return {
        graph: {
          ...graph,
          bytes: rest.bytes(place),
          weights: new Map(rest.tensors.length === 0 ? [] : [[PACKED, bytes]]),
          given: Object.fromEntries(given),
        },
        release,
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Brings a weight to the device; nothing where it proves to be none that can be an input. */
  private async bring(weight: GraphWeight, reader: WeightReader): Promise<Kept | undefined> {
    const { ort, gpu } = this.tools;
    const { name, tensors, computed } = weight;
    const [tensor] = tensors;
    const stored = shapeOf(weight);
    if (tensor !== undefined && stored !== undefined) {
      const { length } = tensor.place;
      checkWeight(name, length, gpu.limits.maxBufferSize);
      const buffer = await upload(gpu, length, (offset, size) => reader.part(tensor, offset, size));
      return { buffer, shape: stored, users: 0 };
    }
    const found = computed && await computedWeight(ort, tensors, computed, reader);
    if (found === undefined) return undefined;
    const { shape, bytes } = found;
    checkWeight(name, bytes.length, gpu.limits.maxBufferSize);
    const read = (offset: number, size: number) => Promise.resolve(bytes.subarray(offset, offset + size));
    return { buffer: await upload(gpu, bytes.length, read), shape, users: 0 };
  }

  private giveUp(key: string): void {
    const kept = this.kept.get(key);
    if (kept === undefined || --kept.users > 0) return;
    this.kept.delete(key);
    kept.buffer.destroy();
  }

  private tensorOf(key: string, { type: dataType, dims }: WeightShape): OrtTensor {
    const { buffer } = this.kept.get(key)!;
    return this.tools.ort.Tensor.fromGpuBuffer(buffer, { dataType, dims });
  }

  /** What tells a graph's files from all others, by the locations that it names. */
  private async identitiesOf({ weights }: GraphFile): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const [location, file] of weights) found.set(location, await this.identityOf(file));
    return found;
  }

  private async identityOf(file: WeightsFile): Promise<string> {
    if (typeof file === "string") return await this.tools.files.identity(file);
    const number = this.numbers.get(file) ?? ++this.lastNumber;
    this.numbers.set(file, number);
    return `${number}`;
  }
}

/** A text that only weights have that are the same numbers. */
function keyOf({ tensors, computed }: GraphWeight, identities: ReadonlyMap<string, string>): string {
  const places = new Map(
    tensors.map((tensor) => {
      const { location, ...place } = tensor.place;
      return [tensor, { location: identities.get(location) ?? location, ...place }];
    }),
  );
  return computed === undefined
    ? JSON.stringify([...places.values()])
    : new TextDecoder("latin1").decode(computed((tensor) => places.get(tensor)!));
}

/** The shape of a weight that is a tensor of a file; `undefined` where it is computed. */
function shapeOf({ tensors: [tensor], computed }: GraphWeight): WeightShape | undefined {
  if (tensor === undefined || computed !== undefined) return undefined;
  const { dims } = tensor;
  const type = elementTypeOf(tensor.type);
  return canBeInput(type, dims) ? { type, dims } : undefined;
}
