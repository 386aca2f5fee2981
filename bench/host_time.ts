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
  const { submit } = GPUQueue.prototype, time: SubmitTime = { milliseconds: 0, calls: 0 };
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
