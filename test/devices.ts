// deno-lint-ignore-file no-console
import type { DeviceKind } from "../src/device/device.ts";
import { findAdapter } from "../src/device/webgpu.ts";
import { mustHave } from "./shared.ts";

/** Whether the WebGPU adapter computes on the CPU, where a step takes seconds. */
export const IS_WEBGPU_SOFTWARE = (await findAdapter())?.software === true;

/** The devices to test on. WebGPU is among them where there is an adapter, and always where there must be one. */
export const DEVICES: readonly DeviceKind[] = await available();

async function available(): Promise<DeviceKind[]> {
  if (mustHave("webgpu") || await findAdapter() !== undefined) return ["cpu", "wasm", "webgpu"];
  console.warn("left out, as there is no WebGPU adapter: the tests on WebGPU");
  return ["cpu", "wasm"];
}

/** The number of steps that a test takes on a device: fewer where WebGPU is computed by software. */
export function stepsOn(kind: DeviceKind, steps: number, onSoftware: number): number {
  return kind === "webgpu" && IS_WEBGPU_SOFTWARE ? onSoftware : steps;
}
