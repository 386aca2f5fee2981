import { memoize } from "../base/memoize.ts";

/** Shaders that are kept: some ten graphs' worth. */
const MOST = 1024;

/**
 * Makes a device compile each shader once: a request for the same shader again gets the same module and the same pipeline. Every session
 * compiles all of its shaders, most of which its device has compiled for earlier sessions; Deno's WebGPU compiles again what it is
 * given again.
 */
export function compileOnce(device: GPUDevice): void {
  shareModules(device);
  sharePipelines(device, shareGroupLayouts(device));
}

function shareModules(device: GPUDevice): void {
  const create = device.createShaderModule.bind(device);
  const modules = new Map<string, GPUShaderModule>();
  device.createShaderModule = (descriptor) => {
    const { code } = descriptor;
    const module = modules.get(code) ?? create(descriptor);
    // A Map keeps the order in which its keys were set.
    modules.delete(code);
    modules.set(code, module);
    for (const oldest of [...modules.keys()].slice(0, -MOST)) modules.delete(oldest);
    return module;
  };
}

/** What stands for a pipeline's layout in a key, equal for layouts of the same groups; `undefined` where a group was made elsewhere. */
type LayoutKey = (layout: GPUPipelineLayout) => string | undefined;

/**
 * Shares the layouts of bind groups, of which a device has some dozens, as shaders have few bindings. Those of pipelines are not shared:
 * Deno's WebGPU checks the sizes of buffers against an earlier shader where two pipelines have one layout.
 */
function shareGroupLayouts(device: GPUDevice): LayoutKey {
  const createGroupLayout = device.createBindGroupLayout.bind(device);
  const createPipelineLayout = device.createPipelineLayout.bind(device);
  const groups = new Map<string, GPUBindGroupLayout>();
  const keysOfGroups = new WeakMap<GPUBindGroupLayout, string>();
  const keys = new WeakMap<GPUPipelineLayout, string>();
  device.createBindGroupLayout = (descriptor) => {
    const key = JSON.stringify([...descriptor.entries]);
    const group = groups.get(key) ?? createGroupLayout(descriptor);
    groups.set(key, group);
    keysOfGroups.set(group, key);
    return group;
  };
  device.createPipelineLayout = (descriptor) => {
    const layout = createPipelineLayout(descriptor);
    const ofGroups = [...descriptor.bindGroupLayouts].map((group) =>
      group ? keysOfGroups.get(group) : "none"
    );
    if (!ofGroups.includes(undefined)) keys.set(layout, ofGroups.join());
    return layout;
  };
  return (layout) => keys.get(layout);
}

function sharePipelines(device: GPUDevice, keyOf: LayoutKey): void {
  const create = device.createComputePipelineAsync.bind(device);
  const pipelines = new WeakMap<GPUShaderModule, Map<string, Promise<GPUComputePipeline>>>();
  device.createComputePipelineAsync = (descriptor) => {
    const { layout, compute: { module, entryPoint, constants } } = descriptor;
    const layoutKey = layout === "auto" ? layout : keyOf(layout);
    if (layoutKey === undefined) return create(descriptor);
    const ofModule = pipelines.get(module) ?? new Map<string, Promise<GPUComputePipeline>>();
    pipelines.set(module, ofModule);
    const key = JSON.stringify([layoutKey, entryPoint, constants]);
    return memoize(ofModule, key, () => create(descriptor));
  };
}
