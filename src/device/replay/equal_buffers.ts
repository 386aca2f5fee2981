import type { GpuReads } from "../gpu_reads.ts";

/** Two buffers of the same size, which shaders can read. */
export type Pair = readonly [one: GPUBuffer, other: GPUBuffer];

/** Sets a word where a word of two buffers differs. */
const CODE = `
@group(0) @binding(0) var<storage, read> one: array<u32>;
@group(0) @binding(1) var<storage, read> other: array<u32>;
@group(0) @binding(2) var<storage, read_write> differs: u32;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var i = id.x; i < arrayLength(&one); i += 64u * groups.x) {
    if (one[i] != other[i]) { differs = 1u; }
  }
}`;

const WORKGROUPS = 256;

/** Results are bound at multiples of this number of bytes, as every adapter allows. */
const APART = 256;

/**
 * Compares buffers on the device, bit by bit.
 *
 * @param pairs buffers of less than 2³² words, bound whole where the adapter's limit allows, and else in pieces
 * @returns for each pair, whether both hold the same
 */
export async function areEqual(
  device: GPUDevice,
  reads: GpuReads,
  pairs: readonly Pair[],
): Promise<readonly boolean[]> {
  if (pairs.length === 0) return [];
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: CODE }) },
  });
  const results = device.createBuffer({
    size: pairs.length * APART,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const most = Math.floor(device.limits.maxStorageBufferBindingSize / APART) * APART;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  for (const [i, [one, other]] of pairs.entries()) {
    for (let offset = 0; offset < one.size; offset += most) {
      const size = Math.min(most, one.size - offset);
      const parts: GPUBufferBinding[] = [one, other].map((buffer) => ({ buffer, offset, size }));
      parts.push({ buffer: results, offset: i * APART, size: Uint32Array.BYTES_PER_ELEMENT });
      const entries = parts.map((resource, binding) => ({ binding, resource }));
      pass.setBindGroup(
        0,
        device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
      );
      pass.dispatchWorkgroups(WORKGROUPS);
    }
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
  const found = new Uint32Array(await reads.read(results, 0, results.size));
  results.destroy();
  return pairs.map((_, i) => found[i * APART / Uint32Array.BYTES_PER_ELEMENT] === 0);
}
