/** How often the host calls WebGPU. */
export interface GpuCalls {
  dispatches: number;
  passes: number;
  submits: number;
  /** Uploads, of any size. */
  writes: number;
  /** Waits for the GPU. */
  reads: number;
}

/** The methods that are counted. */
const COUNTED = [
  ["dispatches", () => GPUComputePassEncoder.prototype, "dispatchWorkgroups"],
  ["passes", () => GPUCommandEncoder.prototype, "beginComputePass"],
  ["submits", () => GPUQueue.prototype, "submit"],
  ["writes", () => GPUQueue.prototype, "writeBuffer"],
  ["reads", () => GPUBuffer.prototype, "mapAsync"],
] as const satisfies readonly (readonly [keyof GpuCalls, () => object, string])[];

/** Counts the calls while `work` goes on. */
export async function countGpuCalls(work: () => Promise<void>): Promise<GpuCalls> {
  const calls: GpuCalls = { dispatches: 0, passes: 0, submits: 0, writes: 0, reads: 0 };
  const restored: (() => void)[] = [];
  for (const [what, owner, name] of COUNTED) {
    const prototype = owner();
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    if (own === undefined) throw new TypeError(`WebGPU has no ${name}`);
    const counted = function (this: unknown, ...given: unknown[]): unknown {
      calls[what]++;
      return Reflect.apply(own.value, this, given);
    };
    Object.defineProperty(prototype, name, { ...own, value: counted });
    restored.push(() => Object.defineProperty(prototype, name, own));
  }
  try {
    await work();
    return calls;
  } finally {
    for (const restore of restored) restore();
  }
}
