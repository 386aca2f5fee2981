import type { Feeds, ResidentSession } from "../src/device/device.ts";
import { median } from "./median.ts";

/** Milliseconds inside calls that hand work to the GPU. */
export interface SubmitTime {
  milliseconds: number;
  calls: number;
}

/**
 * Counts what WebGPU's `submit` takes while `work` goes on. A hardware adapter takes commands and computes later, so the call
 * is the host's own time; a software adapter computes before it comes back.
 */
export async function submitTime(work: () => Promise<void>): Promise<SubmitTime> {
  const { submit } = GPUQueue.prototype;
  const time: SubmitTime = { milliseconds: 0, calls: 0 };
  GPUQueue.prototype.submit = function (buffers) {
    const start = performance.now();
    submit.call(this, buffers);
    time.milliseconds += performance.now() - start;
    time.calls++;
  };
  try {
    await work();
    return time;
  } finally {
    GPUQueue.prototype.submit = submit;
  }
}

/**
 * The median milliseconds that a step takes on the host: submitting all commands, without waiting for the loss, and without
 * what a software adapter computes meanwhile.
 */
export async function hostTime(
  session: ResidentSession,
  feeds: Feeds,
  { rounds, software }: { readonly rounds: number; readonly software: boolean },
): Promise<SubmitTime> {
  const times: number[] = [];
  let calls = 0;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    let outputs: Awaited<ReturnType<ResidentSession["run"]>> = {};
    const submitting = await submitTime(async () => {
      outputs = await session.run(feeds);
    });
    const whole = performance.now() - start;
    times.push(software ? whole - submitting.milliseconds : whole);
    calls = submitting.calls;
    for (const output of Object.values(outputs)) output.free();
  }
  return { milliseconds: median(times), calls };
}
