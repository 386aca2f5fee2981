import { openCpu } from "./cpu.ts";
import { openCuda } from "./cuda.ts";
import { type Device, DeviceError, type DeviceKind } from "./device.ts";
import { openWasm } from "./wasm.ts";
import { findAdapter, openWebgpu } from "./webgpu.ts";
import { ON_DISK } from "./weight_files.ts";
import { thrownMessage } from "../base/errors.ts";

const OPENERS: Readonly<Record<DeviceKind, (threads?: number) => Promise<Device>>> = {
  webgpu: () => openWebgpu(ON_DISK),
  cpu: openCpu,
  wasm: () => openWasm(ON_DISK),
  cuda: openCuda,
};

/**
 * Opens the device that an experiment names. `auto` prefers a hardware WebGPU adapter, then the native CPU, then
 * WebAssembly; a software adapter and CUDA are used only when they are named.
 *
 * @param log takes one line that says why `auto` skips a device
 * @param threads the number of threads of the native CPU; all cores by default
 * @throws {DeviceError} where a device named explicitly is unavailable
 */
export async function chooseDevice(
  wanted: DeviceKind | "auto",
  log: (line: string) => void,
  threads?: number,
): Promise<Device> {
  if (wanted !== "auto") return await opened(wanted, threads);
  const adapter = await findAdapter();
  if (adapter !== undefined && !adapter.software) return await opened("webgpu");
  try {
    return await opened("cpu", threads);
  } catch (error) {
    log(`warning: ${thrownMessage(error)}; falling back to WebAssembly`);
    return await opened("wasm");
  }
}

async function opened(kind: DeviceKind, threads?: number): Promise<Device> {
  try {
    return await OPENERS[kind](threads);
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    const reason = thrownMessage(error);
    throw new DeviceError(
      `the device '${kind}' cannot be opened (${reason}): choose another with 'device:'`,
      { cause: error },
    );
  }
}
