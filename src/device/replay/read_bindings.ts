import { watchCalls } from "./watch_calls.ts";

/** A storage buffer that a shader only reads, as WGSL declares it. */
const READ = /@group\((\d+)\)\s*@binding\((\d+)\)\s*var<storage\s*,\s*read\s*>/g;

/** What the shaders of a device declare that they only read. It knows the pipelines that are created after it. */
export class ReadBindings {
  private readonly ofModules = new WeakMap<GPUShaderModule, ReadonlySet<string>>();
  private readonly ofPipelines = new WeakMap<GPUComputePipeline, ReadonlySet<string>>();

  constructor(device: GPUDevice) {
    watchCalls(device, (name, [descriptor], result) => {
      if (name === "createShaderModule") this.hearModule(descriptor, result);
      else if (name === "createComputePipeline") this.hearPipeline(descriptor, result);
      else if (result instanceof Promise) {
        result.then((pipeline) => this.hearPipeline(descriptor, pipeline), () => {});
      }
    }, ["createShaderModule", "createComputePipeline", "createComputePipelineAsync"]);
  }

  /** Whether a pipeline only reads what is bound there; not where that is not known. */
  has(pipeline: GPUComputePipeline, group: number, binding: number): boolean {
    return this.ofPipelines.get(pipeline)?.has(keyOf(group, binding)) ?? false;
  }

  private hearModule(descriptor: unknown, module: unknown): void {
    const code = partOf(descriptor, "code");
    if (!(module instanceof GPUShaderModule) || typeof code !== "string") return;
    const read = [...code.matchAll(READ)].map(([, group, binding]) => keyOf(Number(group), Number(binding)));
    this.ofModules.set(module, new Set(read));
  }

  private hearPipeline(descriptor: unknown, pipeline: unknown): void {
    const module = partOf(partOf(descriptor, "compute"), "module");
    if (!(pipeline instanceof GPUComputePipeline) || !(module instanceof GPUShaderModule)) return;
    const read = this.ofModules.get(module);
    if (read !== undefined) this.ofPipelines.set(pipeline, read);
  }
}

function keyOf(group: number, binding: number): string {
  return `${group}.${binding}`;
}

function partOf(descriptor: unknown, key: string): unknown {
  return typeof descriptor === "object" && descriptor !== null ? Reflect.get(descriptor, key) : undefined;
}
