import type { InferenceSession } from "onnxruntime-common";
import { allDone } from "../../base/all_done.ts";
import { thrownMessage } from "../../base/errors.ts";
import {
  DeviceError,
  type DeviceTensor,
  type Feeds,
  float32Tensor,
  type GraphFile,
  type ResidentSession,
  type Tensor,
} from "../device.ts";
import { OrtDeviceTensor } from "../ort_device_tensor.ts";
import { symbolValues } from "../symbol_values.ts";
import { float32Data, tensorNamed } from "../tensor_data.ts";
import { weightBytes } from "../weights.ts";
import { copy, encode } from "./command.ts";
import { type RecordedStep, recordStep, type StepOutput, submit } from "./recorded_step.ts";
import { ReplayRefusal } from "./refusal.ts";
import type { ReplayTools } from "./replay_tools.ts";
import { ScalarSlots } from "./scalar_slots.ts";
import { Scratch } from "./scratch.ts";
import { StepInputs } from "./step_inputs.ts";
import { withoutErrors } from "./without_errors.ts";

/** Each recording's session holds the weights again: all of them together hold at most these bytes. */
const MOST_BYTES = 2 ** 30;

/** What follows the name of an output that is the input of the next step. */
const NEXT = "_next";

/** The bytes of a float32. */
const FLOAT = 4;

/**
 * A session whose steps are recorded once for a shape of batches, and replayed: one submit takes the place of all that ONNX Runtime
 * does on the host. The results are those of the session without recordings, to the last bit: a recording is used only after its
 * own first step has been seen to be the same. What cannot be recorded is run without.
 *
 * An output `<name>_next` of a step may be fed as `<name>` to the next, and scalars may be kept; other outputs must be read before
 * the next step. All of them end with the session.
 */
export class ReplayingSession implements ResidentSession {
  private readonly steps = new Map<string, RecordedStep>();
  private readonly sessions: InferenceSession[] = [];
  private readonly inputs: StepInputs;
  private readonly scratch: Scratch;
  private readonly slots: ScalarSlots;
  /** The number of examples of the last batch. */
  private lastBatch: number | undefined;
  private isRefused = false;
  /** The number of recorded steps that have been taken: each may overwrite what the others left. */
  private replays = 0;
  private milliseconds = 0;

  /**
   * @param plain runs the graph without recordings
   * @param log takes one line that says why steps are not recorded
   */
  constructor(
    private readonly plain: ResidentSession,
    private readonly graph: GraphFile,
    private readonly tools: ReplayTools,
    private readonly log: (line: string) => void,
  ) {
    this.inputs = new StepInputs(tools);
    this.scratch = new Scratch(tools.gpu);
    this.slots = new ScalarSlots(tools.gpu);
  }

  get inputNames(): readonly string[] {
    return this.plain.inputNames;
  }

  /** The time that has been spent on recordings, in milliseconds. */
  get openingTime(): number {
    return this.milliseconds;
  }

  async run(feeds: Feeds): Promise<Record<string, DeviceTensor>> {
    const shape = this.inputNames.map((name) => tensorNamed(feeds, name).dims.join("x")).join();
    const step = this.steps.get(shape);
    const { batch } = symbolValues(feeds);
    // The last batch of an epoch, which is smaller, comes alone.
    const isUsual = batch === this.lastBatch;
    this.lastBatch = batch;
    const { queue, guard } = this.tools;
    if (step !== undefined) {
      return await queue.take(() => guard(() => Promise.resolve(this.replay(step, feeds))));
    }
    const outputs = await this.plain.run(feeds);
    if (isUsual && !this.isRefused) await queue.take(() => guard(() => this.record(shape, feeds, outputs)));
    return outputs;
  }

  async release(): Promise<void> {
    for (const session of this.sessions.splice(0)) await this.tools.queue.take(() => session.release());
    this.inputs.destroy();
    this.slots.destroy();
    await this.plain.release();
  }

  /** Records a step, and keeps the recording if it gives the same outputs, and these are telling. */
  private async record(
    shape: string,
    feeds: Feeds,
    expected: Readonly<Record<string, DeviceTensor>>,
  ): Promise<void> {
    const { tools, graph, inputs, scratch } = this;
    const began = performance.now();
    try {
      const outputs = await readAll(expected);
      if (!areTelling(outputs)) return;
      const bytes = await weightBytes(graph, tools.files);
      if ((this.steps.size + 1) * bytes > MOST_BYTES) {
        throw new ReplayRefusal(
          `another recording would hold ${(bytes / 2 ** 20).toFixed(0)} MiB of weights again`,
        );
      }
      const opened = (session: InferenceSession) => this.sessions.push(session);
      const step = await withoutErrors(tools.gpu, async () => {
        const step = await recordStep(graph, feeds, tools, { inputs, scratch }, opened)
          // Also a recording that fails may have overwritten what other steps left.
          .finally(() => this.replays++);
        await this.compare(step, outputs);
        return step;
      });
      this.steps.set(shape, step);
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      this.isRefused = true;
      const these = this.steps.size === 0
        ? "steps"
        : `steps over batches of more than ${this.steps.size} shapes`;
      this.log(
        `${these} are taken without a recording, which takes the host longer and changes no result: ${
          thrownMessage(error)
        }`,
      );
    } finally {
      this.milliseconds += performance.now() - began;
    }
  }

  /** @throws {ReplayRefusal} where a bit of an output differs */
  private async compare(step: RecordedStep, expected: Readonly<Record<string, Tensor>>): Promise<void> {
    const found = await readAll(
      Object.fromEntries([...step.outputs].map(([name, output]) => [name, this.given(name, output)])),
    );
    for (const [name, tensor] of Object.entries(found)) {
      if (!areSameBits(float32Data(tensor), float32Data(tensorNamed(expected, name)))) {
        throw new ReplayRefusal(`the recorded step gives another '${name}'`);
      }
    }
  }

  private replay(step: RecordedStep, feeds: Feeds): Record<string, DeviceTensor> {
    const { gpu, reads } = this.tools;
    // What was asked for before is read before it is overwritten.
    reads.submit();
    const kept = new Map<string, DeviceTensor>();
    submit(gpu, (encoder) => {
      this.inputs.write(encoder, step.inputNames, feeds);
      encode(encoder, step.commands);
      for (const [name, output] of step.outputs) {
        if (output.dims.length === 0) kept.set(name, this.keep(encoder, output));
      }
    });
    this.replays++;
    return Object.fromEntries(
      [...step.outputs].map(([name, output]) => [name, kept.get(name) ?? this.given(name, output)]),
    );
  }

  /** Copies a scalar to where later steps leave it. */
  private keep(encoder: GPUCommandEncoder, { buffer }: StepOutput): DeviceTensor {
    const slot = this.slots.take();
    copy(encoder, {
      source: buffer,
      sourceOffset: 0,
      target: slot.buffer,
      targetOffset: slot.offset,
      size: FLOAT,
    });
    let isFree = false;
    return new OrtDeviceTensor([], {
      given: () => {
        throw new TypeError("a scalar of a recorded step cannot be an input: read it");
      },
      read: () => this.read(slot.buffer, slot.offset, []),
      free: () => {
        if (!isFree) this.slots.free(slot);
        isFree = true;
      },
    });
  }

  /** An output of the step that was taken last, or of one before it as long as it is an input. */
  private given(name: string, { buffer, dims }: StepOutput): OrtDeviceTensor {
    const { replays, inputs, tools: { ort } } = this;
    const own = { buffer, tensor: ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims }) };
    const place = () => {
      const found = this.replays === replays ? own : inputs.holding(name.replace(NEXT, ""), given);
      if (found !== undefined) return found;
      throw new RangeError(`'${name}' was overwritten by a later step: read it before that`);
    };
    const given: OrtDeviceTensor = new OrtDeviceTensor(dims, {
      given: () => place().tensor,
      read: async () => await this.read(place().buffer, 0, dims),
      free: () => {},
    });
    return given;
  }

  private read(buffer: GPUBuffer, offset: number, dims: readonly number[]): ReturnType<DeviceTensor["read"]> {
    const { guard, reads } = this.tools;
    const size = FLOAT * dims.reduce((product, extent) => product * extent, 1);
    return guard(async () => float32Tensor(new Float32Array(await reads.read(buffer, offset, size)), dims));
  }
}

/** Reads outputs, all at once. */
async function readAll(
  outputs: Readonly<Record<string, DeviceTensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const read = await allDone(
    Object.entries(outputs).map(async ([name, tensor]) => [name, await tensor.read()] as const),
  );
  return Object.fromEntries(read);
}

/**
 * Whether outputs would show that a recording rounds in another way: not where most of them are zeros or not numbers at all, as for a
 * batch without texts.
 */
function areTelling(outputs: Readonly<Record<string, Tensor>>): boolean {
  const numbers = Object.values(outputs).map(float32Data);
  const all = numbers.reduce((sum, data) => sum + data.length, 0);
  const telling = numbers.reduce(
    (sum, data) => sum + data.filter((x) => x !== 0 && Number.isFinite(x)).length,
    0,
  );
  return telling > all / 2;
}

function areSameBits(one: Float32Array, other: Float32Array): boolean {
  const [bits, others] = [bitsOf(one), bitsOf(other)];
  return bits.length === others.length && bits.every((word, i) => word === others[i]);
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
