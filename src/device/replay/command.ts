/** A dispatch of a compute pass, with all that is set at it. */
export interface Dispatch {
  readonly kind: "dispatch";
  readonly pipeline: GPUComputePipeline;
  /** The bind groups by their indices. */
  readonly groups: readonly (GPUBindGroup | null)[];
  /** The number of workgroups along x, y and z. */
  readonly size: readonly [x: number, y: number, z: number];
}

/** A copy between two buffers, in bytes. */
export interface Copy {
  readonly kind: "copy";
  readonly source: GPUBuffer;
  readonly sourceOffset: number;
  readonly target: GPUBuffer;
  readonly targetOffset: number;
  readonly size: number;
}

/** A command that a step gives to the GPU. */
export type Command = Dispatch | Copy;

/** Whether two commands do the same to the same buffers. */
export function isSame(one: Command, other: Command): boolean {
  if (one.kind === "copy") {
    return other.kind === "copy" && one.source === other.source && one.target === other.target &&
      one.sourceOffset === other.sourceOffset && one.targetOffset === other.targetOffset &&
      one.size === other.size;
  }
  return other.kind === "dispatch" && one.pipeline === other.pipeline &&
    one.groups.length === other.groups.length && one.groups.every((group, i) => group === other.groups[i]) &&
    one.size.every((count, i) => count === other.size[i]);
}

/** Encodes commands in their order: dispatches that follow each other share a pass. */
export function encode(encoder: GPUCommandEncoder, commands: readonly Command[]): void {
  let pass: GPUComputePassEncoder | undefined;
  let pipeline: GPUComputePipeline | undefined;
  for (const command of commands) {
    if (command.kind === "copy") {
      pass?.end();
      pass = pipeline = undefined;
      copy(encoder, command);
      continue;
    }
    pass ??= encoder.beginComputePass();
    if (command.pipeline !== pipeline) pass.setPipeline(pipeline = command.pipeline);
    for (const [i, group] of command.groups.entries()) pass.setBindGroup(i, group);
    pass.dispatchWorkgroups(...command.size);
  }
  pass?.end();
}

/** Encodes a copy. */
export function copy(
  encoder: GPUCommandEncoder,
  { source, sourceOffset, target, targetOffset, size }: Omit<Copy, "kind">,
): void {
  encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, size);
}
