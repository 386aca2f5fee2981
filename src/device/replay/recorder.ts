import { type BoundGroup, boundGroup } from "./bound_group.ts";
import type { Command } from "./command.ts";
import { ReplayRefusal } from "./refusal.ts";
import { watchCalls } from "./watch_calls.ts";

/** Calls that do nothing to buffers, or are undone by a replay's own. */
const HARMLESS = new Set([
  "end",
  "onSubmittedWorkDone",
  "pushDebugGroup",
  "popDebugGroup",
  "insertDebugMarker",
]);

/** What was submitted to a device. */
export interface Recording {
  /** In order. */
  readonly commands: readonly Command[];
  /** What the commands' bind groups bind: all buffers that dispatches read and write. */
  readonly groups: ReadonlyMap<GPUBindGroup, BoundGroup>;
}

/**
 * Records the commands that are submitted to a device while `work` goes on, in the order in which they are submitted. Nothing else may
 * use the device meanwhile.
 *
 * Commands that clear a buffer before it is written first are left out: that a replay does not depend on them is for its check to
 * see.
 *
 * @throws {ReplayRefusal} where something else was submitted than dispatches and copies between buffers of the GPU's own
 */
export async function recorded(device: GPUDevice, work: () => Promise<void>): Promise<Recording> {
  const recorder = new Recorder();
  const ends = [
    watchCalls(device, (name, given, result) => {
      if (name === "createCommandEncoder") recorder.watchEncoder(result);
      else recorder.hearGroup(given[0], result);
    }, ["createCommandEncoder", "createBindGroup"]),
    watchCalls(device.queue, (name, given) => recorder.hearQueue(name, given)),
  ];
  try {
    await work();
  } finally {
    for (const end of ends) end();
  }
  return recorder.recording;
}

/** What is heard of a device's encoders and its queue. */
class Recorder {
  private readonly submitted: Command[] = [];
  /** Those of finished encoders. */
  private readonly finished = new Map<unknown, readonly Command[]>();
  private readonly groups = new Map<GPUBindGroup, BoundGroup>();
  private reason: string | undefined;

  /** @throws {ReplayRefusal} where there were other commands, or buffers that are not known */
  get recording(): Recording {
    const groups = new Map<GPUBindGroup, BoundGroup>();
    for (const command of this.submitted) {
      if (command.kind === "copy") continue;
      for (const group of command.groups) {
        const bound = group === null ? undefined : this.groups.get(group);
        if (group !== null && bound !== undefined) groups.set(group, bound);
        else if (group !== null) this.refuse("ONNX Runtime binds buffers that were bound before");
      }
    }
    if (this.reason !== undefined) throw new ReplayRefusal(this.reason);
    return { commands: this.submitted, groups };
  }

  hearGroup(descriptor: unknown, group: unknown): void {
    const bound = boundGroup(descriptor);
    if (!(group instanceof GPUBindGroup) || bound === undefined) {
      return this.refuse("ONNX Runtime binds something other than buffers");
    }
    this.groups.set(group, bound);
  }

  hearQueue(name: string, given: readonly unknown[]): void {
    if (name === "submit") {
      for (const buffer of Array.isArray(given[0]) ? given[0] : []) {
        const commands = this.finished.get(buffer);
        if (commands === undefined) this.refuse("ONNX Runtime submits commands that it encoded before");
        else this.submitted.push(...commands);
      }
    } else if (name === "writeBuffer") {
      const [buffer] = given;
      // Each dispatch's uniforms hold shapes: they are written once.
      const isUniform = buffer instanceof GPUBuffer && hasUsage(buffer, GPUBufferUsage.UNIFORM);
      if (!isUniform) this.refuse("ONNX Runtime writes into a tensor from the host");
    } else this.refuseUnknown(name);
  }

  watchEncoder(encoder: unknown): void {
    if (!(encoder instanceof GPUCommandEncoder)) return this.refuse("an encoder is of another kind");
    const commands: Command[] = [];
    watchCalls(encoder, (name, given, result) => {
      if (name === "beginComputePass") this.watchPass(result, commands);
      else if (name === "copyBufferToBuffer") this.hearCopy(given, commands);
      else if (name === "finish") this.finished.set(result, commands);
      else if (name !== "clearBuffer") this.refuseUnknown(name);
    });
  }

  private watchPass(pass: unknown, commands: Command[]): void {
    if (!(pass instanceof GPUComputePassEncoder)) return this.refuse("a pass is of another kind");
    let pipeline: GPUComputePipeline | undefined;
    const groups: (GPUBindGroup | null)[] = [];
    watchCalls(pass, (name, given) => {
      if (name === "setPipeline" && given[0] instanceof GPUComputePipeline) [pipeline] = [given[0]];
      else if (name === "setBindGroup") {
        const [index, group, offsets] = given;
        if (typeof index !== "number" || !(group instanceof GPUBindGroup) || !isEmpty(offsets)) {
          return this.refuse("ONNX Runtime binds buffers at offsets");
        }
        while (groups.length < index) groups.push(null);
        groups[index] = group;
      } else if (name === "dispatchWorkgroups" && pipeline !== undefined) {
        const [x, y = 1, z = 1] = given.map(Number);
        commands.push({ kind: "dispatch", pipeline, groups: [...groups], size: [x!, y, z] });
      } else this.refuseUnknown(name);
    });
  }

  private hearCopy(given: readonly unknown[], commands: Command[]): void {
    const [source, second, third, fourth, fifth] = given;
    const [sourceOffset, target, targetOffset, size] = typeof second === "number"
      ? [second, third, fourth, fifth]
      : [0, second, 0, third];
    if (
      !(source instanceof GPUBuffer) || !(target instanceof GPUBuffer) || typeof targetOffset !== "number"
    ) {
      return this.refuse("a copy is of another kind");
    }
    if (!hasUsage(source, GPUBufferUsage.STORAGE)) return this.refuse("ONNX Runtime uploads a tensor");
    if (!hasUsage(target, GPUBufferUsage.STORAGE)) return this.refuse("ONNX Runtime downloads a tensor");
    const whole = source.size - sourceOffset;
    commands.push({
      kind: "copy",
      source,
      sourceOffset,
      target,
      targetOffset,
      size: typeof size === "number" ? size : whole,
    });
  }

  private refuseUnknown(name: string): void {
    if (!HARMLESS.has(name)) this.refuse(`ONNX Runtime calls '${name}'`);
  }

  private refuse(reason: string): void {
    this.reason ??= reason;
  }
}

function hasUsage({ usage }: GPUBuffer, wanted: number): boolean {
  return (usage & wanted) !== 0;
}

function isEmpty(offsets: unknown): boolean {
  return offsets === undefined || typeof offsets === "object" && offsets !== null && "length" in offsets &&
      offsets.length === 0;
}
