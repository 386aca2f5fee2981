import type { InferenceSession } from "onnxruntime-common";
import { allDone } from "../../base/all_done.ts";
import { thrownMessage } from "../../base/errors.ts";
import {
  DeviceError,
  type DeviceTensor,
  type Feeds,
  type Replay,
  type ResidentSession,
  type Tensor,
} from "../device.ts";
import type { OrtGraph } from "../ort_session.ts";
import { symbolValues } from "../symbol_values.ts";
import { float32Data, tensorNamed } from "../tensor_data.ts";
import { weightBytes } from "../weights.ts";
import { encode } from "./command.ts";
import { Constants } from "./constants.ts";
import { type RecordedStep, recordStep, submit } from "./recorded_step.ts";
import { ReplayRefusal } from "./refusal.ts";
import type { ReplayTools } from "./replay_tools.ts";
import { Scratch } from "./scratch.ts";
import { StepInputs } from "./step_inputs.ts";
import { StepOutputs } from "./step_outputs.ts";
import { withoutErrors } from "./without_errors.ts";

/** Recordings hold what stays constant in their graph again, and each that is made once more until it is: at most these bytes. */
const MOST_BYTES = 2 ** 30;

/**
 * A session whose steps are recorded once for a shape of batches, and replayed: one submit takes the place of all that ONNX Runtime
 * does on the host. The results are those of the session without recordings, to the last bit: a recording is used only after its
 * own first step has been seen to be the same. What cannot be recorded is run without.
 *
 * The outputs end with the session. An output `<name>_next` that is fed as `<name>` to the next step costs least.
 */
export class ReplayingSession implements ResidentSession {
  private readonly steps = new Map<string, RecordedStep>();
  private readonly sessions: InferenceSession[] = [];
  private readonly inputs: StepInputs;
  private readonly scratch: Scratch;
  private readonly constants: Constants;
  private readonly outputs: StepOutputs;
  /** The number of runs without a recording, by the shape of their inputs. */
  private readonly met = new Map<string, number>();
  /** The number of examples of the last batch. */
  private lastBatch: number | undefined;
  private isRefused = false;
  private milliseconds = 0;

  /** @param plain runs the graph without recordings */
  constructor(
    private readonly plain: ResidentSession,
    private readonly graph: OrtGraph,
    private readonly tools: ReplayTools,
    private readonly replay: Replay,
  ) {
    this.inputs = new StepInputs(tools);
    this.scratch = new Scratch(tools.gpu);
    this.constants = new Constants(tools);
    this.outputs = new StepOutputs(tools, this.inputs);
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
      return await queue.take(() => guard(() => Promise.resolve(this.take(step, feeds))));
    }
    const outputs = await this.plain.run(feeds);
    if (!isUsual || this.isRefused) return outputs;
    const times = (this.met.get(shape) ?? 0) + 1;
    this.met.set(shape, times);
    if (times === this.replay.after) await queue.take(() => guard(() => this.record(shape, feeds, outputs)));
    return outputs;
  }

  async release(): Promise<void> {
    await this.tools.queue.take(() => this.releaseRecordings());
    this.inputs.destroy();
    this.outputs.destroy();
    await this.plain.release();
  }

  /** Records a step, and keeps the recording if it gives the same outputs, and these are telling. */
  private async record(
    shape: string,
    feeds: Feeds,
    expected: Readonly<Record<string, DeviceTensor>>,
  ): Promise<void> {
    const { tools, graph, inputs, scratch, constants } = this;
    const began = performance.now();
    try {
      const outputs = await readAll(expected);
      if (!areTelling(outputs)) return void this.met.delete(shape);
      const bytes = await weightBytes(graph, tools.files);
      if (this.constants.bytes + bytes > MOST_BYTES) {
        throw new ReplayRefusal(
          `another recording would hold ${(bytes / 2 ** 20).toFixed(0)} MiB of constants again`,
        );
      }
      const opened = (session: InferenceSession) => this.sessions.push(session);
      tools.reads.submit();
      // Also a recording that fails may overwrite what other steps left.
      submit(tools.gpu, (encoder) => this.outputs.keep(encoder));
      const step = await withoutErrors(tools.gpu, async () => {
        const step = await recordStep(graph, feeds, tools, { inputs, scratch, constants }, opened);
        await this.compare(step, outputs);
        return step;
      });
      for (const buffer of step.spare) buffer.destroy();
      this.steps.set(shape, step);
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      this.isRefused = true;
      // Without a recording, nothing needs their constants. Otherwise steps compute in buffers of all sessions.
      if (this.steps.size === 0) await this.releaseRecordings();
      const { what, log } = this.replay;
      const these = this.steps.size === 0
        ? what
        : `${what} over batches of more than ${this.steps.size} shapes`;
      log(
        `${these} are computed without a recording, which takes the host longer and changes no result: ${
          thrownMessage(error)
        }`,
      );
    } finally {
      this.milliseconds += performance.now() - began;
    }
  }

  private async releaseRecordings(): Promise<void> {
    for (const session of this.sessions.splice(0)) await session.release();
  }

  /** @throws {ReplayRefusal} where a bit of an output differs */
  private async compare(step: RecordedStep, expected: Readonly<Record<string, Tensor>>): Promise<void> {
    await allDone(
      [...step.outputs].map(async ([name, output]) => {
        const found = await this.outputs.read(output);
        if (areSameBits(float32Data(found), float32Data(tensorNamed(expected, name)))) return;
        throw new ReplayRefusal(`the recorded step gives another '${name}'`);
      }),
    );
  }

  /** Takes a recorded step. */
  private take(step: RecordedStep, feeds: Feeds): Record<string, DeviceTensor> {
    const { gpu, reads } = this.tools;
    // What was asked for before is read before it is overwritten.
    reads.submit();
    submit(gpu, (encoder) => {
      this.outputs.keep(encoder, step.inputNames, feeds);
      this.inputs.write(encoder, step.inputNames, feeds);
      encode(encoder, step.commands);
    });
    return Object.fromEntries(
      [...step.outputs].map(([name, output]) => [name, this.outputs.give(name, output)]),
    );
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
