// deno-lint-ignore-file no-console
import { memoize } from "../src/base/memoize.ts";
import { chooseDevice } from "../src/device/choose.ts";
import type { Device, DeviceKind } from "../src/device/device.ts";
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

const opened = new Map<string, Promise<Device>>();

/**
 * The device of a kind that tests share, as one compiles its shaders once. A test that damages its device, or counts what is left on it,
 * opens one of its own.
 */
export function sharedDevice(kind: DeviceKind): Promise<Device> {
  return memoize(opened, kind, () => chooseDevice(kind, () => {}));
}

/** The number of steps that a test takes on a device: fewer where WebGPU is computed by software. */
export function stepsOn(kind: DeviceKind, steps: number, onSoftware: number): number {
  return kind === "webgpu" && IS_WEBGPU_SOFTWARE ? onSoftware : steps;
}
