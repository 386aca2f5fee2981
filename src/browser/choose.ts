import type { Device } from "../device/device.ts";
import { openWasm } from "../device/wasm.ts";
import { findAdapter, openWebgpu } from "../device/webgpu.ts";
import { IN_MEMORY } from "../device/weights.ts";

/**
 * Opens WebGPU where the browser has it, else WebAssembly.
 *
 * @param wanted the device to open; else the better one is chosen
 * @param log takes one line that says why it is not WebGPU
 */
export async function chooseInBrowser(
  wanted: "webgpu" | "wasm" | "auto",
  log: (line: string) => void,
): Promise<Device> {
  if (wanted === "wasm") return await openWasm(IN_MEMORY);
  if (wanted === "webgpu" || await findAdapter() !== undefined) return await openWebgpu(IN_MEMORY);
  log(
    "This browser has no WebGPU adapter: everything is computed on WebAssembly instead, on one thread, and takes longer.",
  );
  return await openWasm(IN_MEMORY);
}
