/** A place for an output that is small. */
export interface Slot {
  readonly buffer: GPUBuffer;
  /** In bytes. */
  readonly offset: number;
}

/** The bytes of a place: a loss, or those of some prompts. */
const SIZE = 32;

/** The number of places that are allocated at a time. */
const PLACES = 1024;

/** Places on the device for small outputs, such as losses, that are kept for some steps. */
export class OutputSlots {
  private readonly buffers: GPUBuffer[] = [];
  private readonly unused: Slot[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Whether an output has room in a place. @param bytes of the output */
  fits(bytes: number): boolean {
    return bytes <= SIZE;
  }

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
