/** A place for one number of 32 bits. */
export interface Slot {
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
}

/** The bytes of a number. */
const SIZE = 4;

/** The number of places that are allocated at a time. */
const PLACES = 1024;

/** Places on the device for numbers, such as losses, that are kept for some steps. */
export class ScalarSlots {
  private readonly buffers: GPUBuffer[] = [];
  private readonly unused: Slot[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** A place that nobody has. */
  take(): Slot {
    if (this.unused.length === 0) this.allocate();
    return this.unused.pop()!;
  }

  /** Gives a place back. */
  free(slot: Slot): void {
    this.unused.push(slot);
  }

  /** Frees all places. */
  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
  }

  private allocate(): void {
    const buffer = this.device.createBuffer({
      size: PLACES * SIZE,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.buffers.push(buffer);
    for (let i = PLACES - 1; i >= 0; i--) this.unused.push({ buffer, offset: i * SIZE });
  }
}
