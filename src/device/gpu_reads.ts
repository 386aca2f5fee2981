/** A part of a buffer that is asked for. */
interface Asked {
  readonly buffer: GPUBuffer;
  /** In bytes, as the size: multiples of 4. */
  readonly offset: number;
  readonly size: number;
  readonly resolve: (bytes: ArrayBuffer) => void;
  readonly reject: (error: unknown) => void;
}

/** The bytes that are brought to the host together, unless one buffer alone has more. */
const MOST_TOGETHER = 256 * 2 ** 20;

/**
 * Brings buffers to the host. What is asked for at the same time is copied and waited for together: each wait takes Deno 10 ms,
 * however little is read.
 */
export class GpuReads {
  private asked: Asked[] = [];
  private isHeld = false;

  constructor(private readonly device: GPUDevice) {}

  /** The bytes that a part of a buffer holds now, or when {@linkcode submit} is called. */
  read(buffer: GPUBuffer, offset: number, size: number): Promise<ArrayBuffer> {
    if (this.asked.length === 0) queueMicrotask(() => this.submit());
    return new Promise((resolve, reject) => this.asked.push({ buffer, offset, size, resolve, reject }));
  }

  /** Submits the copies of what has been asked for, before something else overwrites it. */
  submit(): void {
    if (this.isHeld) return;
    const asked = this.asked.splice(0);
    while (asked.length > 0) {
      const together: Asked[] = [];
      for (
        let bytes = 0;
        asked[0] !== undefined && (bytes === 0 || bytes + asked[0].size <= MOST_TOGETHER);
      ) {
        bytes += asked[0].size;
        together.push(...asked.splice(0, 1));
      }
      void this.fetch(together);
    }
  }

  /** Does work during which nothing else may be submitted: what is asked for meanwhile is read after it. */
  async hold(work: () => Promise<void>): Promise<void> {
    this.isHeld = true;
    try {
      await work();
    } finally {
      this.isHeld = false;
      this.submit();
    }
  }

  private async fetch(asked: readonly Asked[]): Promise<void> {
    try {
      const { device } = this;
      const size = asked.reduce((sum, one) => sum + one.size, 0);
      const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      const encoder = device.createCommandEncoder();
      const starts: number[] = [];
      let end = 0;
      for (const { buffer, offset, size } of asked) {
        encoder.copyBufferToBuffer(buffer, offset, staging, end, size);
        starts.push(end);
        end += size;
      }
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const bytes = staging.getMappedRange();
      for (const [i, { size, resolve }] of asked.entries()) {
        resolve(bytes.slice(starts[i]!, starts[i]! + size));
      }
      staging.destroy();
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
