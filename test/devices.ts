import type { DeviceKind } from "../src/device/device.ts";
import { findAdapter } from "../src/device/webgpu.ts";

/** The devices to test on. WebGPU is among them where there is an adapter, and always in CI, where one must be. */
export const DEVICES: readonly DeviceKind[] = await available();

async function available(): Promise<DeviceKind[]> {
  if (Deno.env.get("CI") === "true" || await findAdapter() !== undefined) return ["cpu", "wasm", "webgpu"];
  console.warn("left out, as there is no WebGPU adapter: the tests on WebGPU");
  return ["cpu", "wasm"];
}
