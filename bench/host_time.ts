import type { Feeds, Session } from "../src/device/device.ts";
import { onHost } from "../src/device/tensor_data.ts";
import { LossWindow } from "../src/training/loss_window.ts";
import { dispose, type StepSessions, takeStep } from "../src/training/step.ts";
import { TrainingState } from "../src/training/training_state.ts";
import { countGpuCalls, type GpuCalls } from "../test/device/gpu_calls.ts";
import { median } from "./median.ts";
import { threadClock } from "./thread_time.ts";

/** What a step, or a batch that is classified, costs the host: the main thread's processor time in milliseconds, and its calls of WebGPU. */
export interface HostTime {
  readonly least: number;
  readonly median: number;
  /** The mean of a step. */
  readonly calls: GpuCalls;
}

/** The inputs of a step that are the next step's own outputs. */
const STATE = ["prompt", "first_moment", "second_moment"];

/** Steps for each shape before those that count. */
const WARM_UP = 3;

/**
 * Measures steps as training takes them, on batches of several shapes in turn: with the uploads of the batch, and the prompt, the
 * optimizer's state and the losses left on the GPU. Nothing is read, and nothing is waited for, but what the steps themselves wait
 * for. With a driver that computes nothing (`GALLIUM_NOOP=1` for those of Mesa) it is the host's own time, submitting included.
 *
 * @param batches the inputs of steps, one for each shape
 * @param rounds the steps that count
 */
export async function hostTime(
  sessions: StepSessions,
  batches: readonly Feeds[],
  rounds: number,
): Promise<HostTime> {
  const [first] = batches as readonly [Feeds];
  const initial = STATE.map((name) => [name, onHost(first[name])] as const);
  const state = new TrainingState(Object.fromEntries(initial), {});
  const losses = new LossWindow([]);
  const found = await timeOfRuns(batches, rounds, async (batch) => {
    const { loss, gradient, next } = await takeStep(sessions, [batch], {}, state.feeds);
    dispose(gradient);
    state.advance(next);
    losses.push(loss);
  });
  losses.free();
  state.free();
  return found;
}

/** Measures batches that are classified, as {@linkcode hostTime} measures steps; their answers are read. */
export async function answerHostTime(
  session: Session,
  batches: readonly Feeds[],
  rounds: number,
): Promise<HostTime> {
  return await timeOfRuns(batches, rounds, (batch) => session.run(batch));
}

async function timeOfRuns(
  batches: readonly Feeds[],
  rounds: number,
  run: (batch: Feeds) => Promise<unknown>,
): Promise<HostTime> {
  const clock = threadClock();
  const times: number[] = [];
  const timed = async (i: number) => {
    const start = clock();
    await run(batches[i % batches.length]!);
    times.push(clock() - start);
  };
  for (let i = 0; i < WARM_UP * batches.length; i++) await timed(i);
  times.length = 0;
  for (let i = 0; i < rounds; i++) await timed(i);
  // Counting takes time: it has runs of its own.
  const calls = await countGpuCalls(async () => {
    for (const i of batches.keys()) await timed(i);
  });
  const counted = times.slice(0, rounds);
  return { least: Math.min(...counted), median: median(counted), calls: perStep(calls, batches.length) };
}

function perStep({ dispatches, passes, submits, writes, reads }: GpuCalls, steps: number): GpuCalls {
  return {
    dispatches: dispatches / steps,
    passes: passes / steps,
    submits: submits / steps,
    writes: writes / steps,
    reads: reads / steps,
  };
}
