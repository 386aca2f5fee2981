import type { Tensor as OrtTensor } from "onnxruntime-common";
import { type DeviceTensor, type Feeds, float32Tensor, type Tensor } from "../device.ts";
import { inputBuffer } from "../input_buffer.ts";
import { OrtDeviceTensor } from "../ort_device_tensor.ts";
import { OutputSlots } from "./output_slots.ts";
import type { ReplayTools } from "./replay_tools.ts";
import type { StepInputs } from "./step_inputs.ts";

/** An output of a recorded step: float32. */
export interface StepOutput {
  readonly buffer: GPUBuffer;
  readonly dims: readonly number[];
}

/** Where an output is. */
interface Place {
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
  /** As an input of ONNX Runtime; none where it shares the buffer. */
  readonly tensor: OrtTensor | undefined;
}

/** An output that somebody has. */
interface Held {
  /** The input that it is for the next step; a name that no input has if it is none. */
  readonly input: string;
  readonly given: OrtDeviceTensor;
  /** Where its step left it. */
  readonly left: Place;
  /** Where it is kept; absent as long as it is where its step left it, or where the next step reads it. */
  kept?: Place & { free(): void };
}

/** What follows the name of an output that is the input of the next step. */
const NEXT = "_next";

/** The bytes of a float32. */
const FLOAT = 4;

/**
 * The outputs of recorded steps, each step of which may overwrite those of all others: what somebody still has is copied away before,
 * unless it is the next step's input, which has a buffer of its own.
 */
export class StepOutputs {
  private readonly held = new Set<Held>();
  private readonly slots: OutputSlots;

  /** @param inputs the inputs of the steps */
  constructor(
    private readonly tools: Pick<ReplayTools, "ort" | "gpu" | "reads" | "guard">,
    private readonly inputs: StepInputs,
  ) {
    this.slots = new OutputSlots(tools.gpu);
  }

  /** An output of the step that was taken last. */
  give(name: string, { buffer, dims }: StepOutput): DeviceTensor {
    const place = (): Place => this.placeOf(held);
    const held: Held = {
      input: name.endsWith(NEXT) ? name.slice(0, -NEXT.length) : "",
      given: new OrtDeviceTensor(dims, {
        given: () => {
          const { tensor } = place();
          if (tensor !== undefined) return tensor;
          throw new TypeError(`the output '${name}' of an earlier step cannot be an input: read it`);
        },
        read: () => this.read({ ...place(), dims }),
        free: () => {
          if (this.held.delete(held)) held.kept?.free();
        },
      }),
      left: { buffer, offset: 0, tensor: this.tensorOf(buffer, dims) },
    };
    this.held.add(held);
    return held.given;
  }

  /** Brings an output of the step that was taken last to the host. */
  read({ buffer, offset = 0, dims }: StepOutput & { readonly offset?: number }): Promise<Tensor> {
    const { guard, reads } = this.tools;
    const size = bytesOf(dims);
    return guard(async () => float32Tensor(new Float32Array(await reads.read(buffer, offset, size)), dims));
  }

  /**
   * Copies away what somebody still has, before the commands that are encoded next overwrite it.
   *
   * @param names of the inputs that are written then
   * @param feeds these inputs, which are not copied
   */
  keep(encoder: GPUCommandEncoder, names: readonly string[] = [], feeds: Feeds = {}): void {
    for (const held of this.held) {
      const isFed = names.includes(held.input) && feeds[held.input] === held.given;
      if (held.kept !== undefined || isFed) continue;
      const { buffer, offset } = this.placeOf(held);
      held.kept = this.ownPlace(held);
      encoder.copyBufferToBuffer(
        buffer,
        offset,
        held.kept.buffer,
        held.kept.offset,
        bytesOf(held.given.dims),
      );
    }
  }

  /** Frees all of them. */
  destroy(): void {
    for (const { kept } of this.held) kept?.free();
    this.held.clear();
    this.slots.destroy();
  }

  private placeOf({ input, given, left, kept }: Held): Place {
    if (kept !== undefined) return kept;
    const read = this.inputs.holding(input, given);
    return read === undefined ? left : { ...read, offset: 0 };
  }

  private ownPlace({ input, given: { dims } }: Held): NonNullable<Held["kept"]> {
    const bytes = bytesOf(dims);
    if (input === "" && this.slots.fits(bytes)) {
      const slot = this.slots.take();
      return { ...slot, tensor: undefined, free: () => this.slots.free(slot) };
    }
    const buffer = inputBuffer(this.tools.gpu, bytes);
    return { buffer, offset: 0, tensor: this.tensorOf(buffer, dims), free: () => buffer.destroy() };
  }

  private tensorOf(buffer: GPUBuffer, dims: readonly number[]): OrtTensor {
    return this.tools.ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims });
  }
}

function bytesOf(dims: readonly number[]): number {
  return FLOAT * dims.reduce((product, extent) => product * extent, 1);
}
