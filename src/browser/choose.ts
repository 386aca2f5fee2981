import type { Bilingual } from "../base/bilingual.ts";
import { thrownMessage } from "../base/errors.ts";
import type { Device } from "../device/device.ts";
import { openWasm } from "../device/wasm.ts";
import { findAdapter, openWebgpu } from "../device/webgpu.ts";
import { IN_MEMORY } from "../device/weights.ts";
import { failedDevice, PHRASES, softwareAdapter } from "./phrases.ts";

/** What a page may ask for: a device, or the better one. */
export type WantedDevice = "webgpu" | "wasm" | "auto";

/**
 * Opens a device of the browser. `auto` prefers a hardware WebGPU adapter, as it does in Deno: WebAssembly is faster than a
 * software one.
 *
 * @param log takes a line that says why `auto` is not WebGPU
 * @throws {DeviceError} where a device that is named is not there
 */
export async function chooseInBrowser(
  wanted: WantedDevice,
  log: (line: Bilingual) => void,
): Promise<Device> {
  if (wanted === "wasm") return await openWasm(IN_MEMORY);
  if (wanted === "webgpu") return await openWebgpu(IN_MEMORY);
  try {
    const adapter = await findAdapter();
    if (adapter !== undefined && !adapter.software) return await openWebgpu(IN_MEMORY);
    log(adapter === undefined ? PHRASES.no_adapter : softwareAdapter(adapter.name));
  } catch (error) {
    log(failedDevice(thrownMessage(error)));
  }
  return await openWasm(IN_MEMORY);
}
