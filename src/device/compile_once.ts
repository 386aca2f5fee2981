import { memoize } from "../base/memoize.ts";

/** Shaders that are kept: some ten graphs' worth. */
const MOST = 1024;

/**
 * Makes a device compile each shader once: what asks for the same shader again gets the same module and the same pipeline. Every session
 * compiles all of its shaders, most of which its device has compiled for the sessions before it; Deno's WebGPU compiles again what it is
 * given again.
 *
 * Only pipelines whose layout is derived from their shader are shared.
 */
export function compileOnce(device: GPUDevice): void {
  const createShaderModule = device.createShaderModule.bind(device);
  const createComputePipeline = device.createComputePipelineAsync.bind(device);
  const modules = new Map<string, GPUShaderModule>();
  const pipelines = new WeakMap<GPUShaderModule, Map<string, Promise<GPUComputePipeline>>>();
  device.createShaderModule = (descriptor) => {
    const { code } = descriptor;
    const module = modules.get(code) ?? createShaderModule(descriptor);
    // A Map keeps the order in which its keys were set.
    modules.delete(code);
    modules.set(code, module);
    for (const oldest of [...modules.keys()].slice(0, -MOST)) modules.delete(oldest);
    return module;
  };
  device.createComputePipelineAsync = (descriptor) => {
    const { layout, compute: { module, entryPoint, constants } } = descriptor;
    if (layout !== "auto") return createComputePipeline(descriptor);
    const ofModule = pipelines.get(module) ?? new Map<string, Promise<GPUComputePipeline>>();
    pipelines.set(module, ofModule);
    return memoize(
      ofModule,
      JSON.stringify([entryPoint, constants]),
      () => createComputePipeline(descriptor),
    );
  };
}
