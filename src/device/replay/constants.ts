import { allDone } from "../../base/all_done.ts";
import type { GpuReads } from "../gpu_reads.ts";
import type { BoundGroup } from "./bound_group.ts";
import type { Command, Dispatch } from "./command.ts";
import { areEqual, type Pair } from "./equal_buffers.ts";
import type { ReplayTools } from "./replay_tools.ts";

/** The bytes that are read of a buffer, at its beginning and in its middle. */
const SAMPLE = 64;

/** Commands that read constants of earlier recordings, where they are the same. */
export interface SharingCommands {
  readonly commands: readonly Command[];
  /** The buffers that these commands need no more. */
  readonly spare: readonly GPUBuffer[];
}

/**
 * The constants of the recordings of one graph that are no shared weights: each session of ONNX Runtime uploads them again, and all
 * recordings read those of the first that has them.
 */
export class Constants {
  /** By {@linkcode sampleOf}. */
  private readonly kept = new Map<string, GPUBuffer>();

  constructor(private readonly tools: Pick<ReplayTools, "gpu" | "reads" | "readBindings">) {}

  private held = 0;

  /** What they take on the device, in bytes. */
  get bytes(): number {
    return this.held;
  }

  /**
   * Has commands read kept buffers in place of their own ones that hold the same, and keeps the others. Only buffers that no command
   * writes are constants.
   *
   * @param groups what the commands' bind groups bind
   * @param own the buffers of the commands' session
   */
  async share(
    commands: readonly Command[],
    groups: ReadonlyMap<GPUBindGroup, BoundGroup>,
    own: ReadonlySet<unknown>,
  ): Promise<SharingCommands> {
    const { gpu, reads } = this.tools;
    const constants = await allDone(
      this.constantsOf(commands, groups, own).map(async (buffer) =>
        [buffer, await sampleOf(buffer, reads)] as const
      ),
    );
    const pairs = constants.flatMap(([buffer, sample]): Pair[] => {
      const kept = this.kept.get(sample);
      return kept === undefined ? [] : [[buffer, kept]];
    });
    const same = await areEqual(gpu, reads, pairs);
    const shared = new Map(pairs.filter((_, i) => same[i]));
    for (const [buffer, sample] of constants) {
      if (shared.has(buffer)) continue;
      this.held += buffer.size;
      if (!this.kept.has(sample)) this.kept.set(sample, buffer);
    }
    return { commands: reading(gpu, commands, groups, shared), spare: [...shared.keys()] };
  }

  /** The buffers that commands read, and none of them writes, in the order in which they were created. */
  private constantsOf(
    commands: readonly Command[],
    groups: ReadonlyMap<GPUBindGroup, BoundGroup>,
    own: ReadonlySet<unknown>,
  ): GPUBuffer[] {
    const [read, written] = [new Set<unknown>(), new Set<unknown>()];
    for (const command of commands) {
      if (command.kind === "copy") {
        read.add(command.source);
        written.add(command.target);
        continue;
      }
      for (const [at, group] of command.groups.entries()) {
        for (const { binding, buffer } of group === null ? [] : groups.get(group)?.bound ?? []) {
          const isRead = this.tools.readBindings.has(command.pipeline, at, binding);
          (isRead ? read : written).add(buffer);
        }
      }
    }
    return [...own].filter((buffer): buffer is GPUBuffer =>
      buffer instanceof GPUBuffer && read.has(buffer) && !written.has(buffer)
    );
  }
}

/** Some bytes of a buffer with its size and usage: few buffers of a model have the same that do not hold the same. */
async function sampleOf(buffer: GPUBuffer, reads: GpuReads): Promise<string> {
  const { size, usage } = buffer;
  const bytes = Math.min(size, SAMPLE);
  const middle = Math.floor((size - bytes) / 2 / SAMPLE) * SAMPLE;
  const parts = await allDone([reads.read(buffer, 0, bytes), reads.read(buffer, middle, bytes)]);
  return [size, usage, ...parts.map((part) => new Uint32Array(part).join())].join("|");
}

/** The same commands with other buffers. @param by the buffer that takes the place of each */
function reading(
  gpu: GPUDevice,
  commands: readonly Command[],
  groups: ReadonlyMap<GPUBindGroup, BoundGroup>,
  by: ReadonlyMap<GPUBuffer, GPUBuffer>,
): readonly Command[] {
  const made = new Map<GPUBindGroup, GPUBindGroup>();
  const groupOf = (group: GPUBindGroup | null): GPUBindGroup | null => {
    const from = group && groups.get(group);
    if (!group || !from || !from.bound.some(({ buffer }) => by.has(buffer))) return group;
    const found = made.get(group) ?? gpu.createBindGroup({
      layout: from.layout,
      entries: from.bound.map(({ binding, buffer, offset, size }) => ({
        binding,
        resource: {
          buffer: by.get(buffer) ?? buffer,
          ...(offset !== undefined && { offset }),
          ...(size !== undefined && { size }),
        },
      })),
    });
    made.set(group, found);
    return found;
  };
  return commands.map((command): Command =>
    command.kind === "copy"
      ? { ...command, source: by.get(command.source) ?? command.source }
      : { ...command, groups: command.groups.map(groupOf) } satisfies Dispatch
  );
}
