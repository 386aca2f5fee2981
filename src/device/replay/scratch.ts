/**
 * The buffers that the recorded steps of one graph compute in: those of one shape are used by the next as well, as steps are taken one
 * after the other, and none of them depends on what was in its buffers before.
 */
export class Scratch {
  /** By size and usage. */
  private readonly buffers = new Map<string, GPUBuffer[]>();

  constructor(private readonly device: GPUDevice) {}

  /**
   * Hands out its buffers in place of new ones while `work` goes on, each of them once.
   *
   * @returns the buffers that were created or handed out
   */
  async lend(work: () => Promise<void>): Promise<ReadonlySet<GPUBuffer>> {
    const { device } = this;
    const { createBuffer } = device;
    const lent = new Set<GPUBuffer>();
    // What a dispatch needs of a buffer, and a copy into it. Node has no such constants: none may be read where modules are loaded.
    const needed = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const create = (descriptor: GPUBufferDescriptor): GPUBuffer => {
      const { size, usage, mappedAtCreation = false } = descriptor;
      const isScratch = (usage & needed) === needed && !mappedAtCreation;
      if (!isScratch) return createBuffer.call(device, descriptor);
      const kept = this.keptOf(`${size}|${usage}`);
      let buffer = kept.find((one) => !lent.has(one));
      if (buffer === undefined) {
        buffer = createBuffer.call(device, descriptor);
        kept.push(buffer);
      }
      lent.add(buffer);
      return buffer;
    };
    Object.defineProperty(device, "createBuffer", { value: create, configurable: true });
    try {
      await work();
    } finally {
      Reflect.deleteProperty(device, "createBuffer");
    }
    return lent;
  }

  private keptOf(kind: string): GPUBuffer[] {
    const kept = this.buffers.get(kind) ?? [];
    this.buffers.set(kind, kept);
    return kept;
  }
}
