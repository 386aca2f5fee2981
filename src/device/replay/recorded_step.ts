import type { InferenceSession } from "onnxruntime-common";
import { thrownMessage } from "../../base/errors.ts";
import type { Feeds } from "../device.ts";
import { floatBufferOf } from "../float_buffer.ts";
import { createSession, type OrtGraph, weightData } from "../ort_session.ts";
import { symbolValues } from "../symbol_values.ts";
import { type Command, encode } from "./command.ts";
import type { Constants } from "./constants.ts";
import { recorded } from "./recorder.ts";
import { ReplayRefusal } from "./refusal.ts";
import { repeatedHalf } from "./repeated_half.ts";
import type { ReplayTools } from "./replay_tools.ts";
import type { Scratch } from "./scratch.ts";
import { spoil } from "./spoil.ts";
import type { StepInputs } from "./step_inputs.ts";
import type { StepOutput } from "./step_outputs.ts";
import { watchCalls } from "./watch_calls.ts";

/** ONNX Runtime's level for fatal errors only: that a graph cannot be captured is thrown. */
const FATAL_ONLY = 4;

/** A step over batches of one shape: the commands that take it, and where they leave its outputs. */
export interface RecordedStep {
  readonly inputNames: readonly string[];
  readonly commands: readonly Command[];
  /** The buffers of its session that it does not need, as other recordings hold the same. */
  readonly spare: readonly GPUBuffer[];
  /** The outputs by name. The next step, of whatever shape, may overwrite them. */
  readonly outputs: ReadonlyMap<string, StepOutput>;
}

/** What recordings of one graph share. */
export interface SharedBuffers {
  readonly inputs: StepInputs;
  readonly scratch: Scratch;
  readonly constants: Constants;
}

/**
 * Records a step over batches of the shape of `feeds`: ONNX Runtime captures it with all dimensions fixed, and what it submits meanwhile
 * is recorded. Then everything that the step computes in is spoilt, and the step is taken from the recording, so that its outputs
 * tell whether the recording is whole.
 *
 * @param graph takes the step
 * @param opened takes the session, which holds the step's buffers and must stay open as long as any recording of the graph is used
 * @throws {ReplayRefusal} where the step cannot be recorded
 */
export async function recordStep(
  graph: OrtGraph,
  feeds: Feeds,
  tools: ReplayTools,
  { inputs, scratch, constants }: SharedBuffers,
  opened: (session: InferenceSession) => void,
): Promise<RecordedStep> {
  const { gpu, reads } = tools;
  const own = new Set<unknown>();
  const session = await capturing(graph, feeds, tools, own);
  opened(session);
  const { given: weights = {} } = graph;
  const inputNames = session.inputNames.filter((name) => !Object.hasOwn(weights, name));
  const fed = Object.fromEntries(inputNames.map((name) => [name, inputs.tensor(name, feeds)]));
  submit(gpu, (encoder) => inputs.write(encoder, inputNames, feeds));
  let found: Awaited<ReturnType<InferenceSession["run"]>> = {};
  let recording: Awaited<ReturnType<typeof recorded>> | undefined;
  const lent = await scratch.lend(() =>
    reads.hold(async () => {
      recording = await recorded(gpu, async () => void (found = await session.run({ ...weights, ...fed })));
    })
  );
  const { commands, groups } = recording!;
  const shared = Object.values(weights).map(({ gpuBuffer }) => gpuBuffer);
  const known = new Set<unknown>([...own, ...lent, ...inputs.buffers, ...shared]);
  for (const { buffer } of [...groups.values()].flatMap(({ bound }) => bound)) {
    const isUniform = (buffer.usage & GPUBufferUsage.UNIFORM) !== 0;
    if (!isUniform && !known.has(buffer)) {
      throw new ReplayRefusal("the step computes in buffers of other sessions");
    }
  }
  const sharing = await constants.share(repeatedHalf(commands), groups, own);
  const step = { inputNames, ...sharing, outputs: outputsOf(found) };
  spoil(gpu, lent);
  submit(gpu, (encoder) => encode(encoder, step.commands));
  return step;
}

/** Opens a session that captures its first run. @param own takes the buffers that opening it creates */
async function capturing(
  graph: OrtGraph,
  feeds: Feeds,
  { ort, gpu, files, options }: ReplayTools,
  own: Set<unknown>,
): Promise<InferenceSession> {
  const weights = await weightData(graph, files);
  const end = watchCalls(gpu, (_, __, buffer) => own.add(buffer), ["createBuffer"]);
  try {
    return await createSession(ort, graph, weights, {
      ...options,
      logSeverityLevel: FATAL_ONLY,
      enableGraphCapture: true,
      freeDimensionOverrides: symbolValues(feeds),
    });
  } catch (error) {
    throw new ReplayRefusal(thrownMessage(error).split("\n")[0]!, { cause: error });
  } finally {
    end();
  }
}

function outputsOf(found: Awaited<ReturnType<InferenceSession["run"]>>): ReadonlyMap<string, StepOutput> {
  return new Map(
    Object.entries(found).map(([name, tensor]) => {
      const buffer = floatBufferOf(tensor);
      if (buffer === undefined) throw new ReplayRefusal(`the output '${name}' is not float32 on the GPU`);
      return [name, { buffer, dims: tensor.dims }];
    }),
  );
}

/** Submits what is encoded. */
export function submit(gpu: GPUDevice, encoding: (encoder: GPUCommandEncoder) => void): void {
  const encoder = gpu.createCommandEncoder();
  encoding(encoder);
  gpu.queue.submit([encoder.finish()]);
}
