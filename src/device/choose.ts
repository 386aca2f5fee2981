import { openCpu } from "./cpu.ts";
import { type Device, DeviceError, type DeviceKind } from "./device.ts";
import { openWasm } from "./wasm.ts";
import { findAdapter, openWebgpu } from "./webgpu.ts";
import { ON_DISK } from "./weight_files.ts";

const OPENERS: Readonly<Record<DeviceKind, (threads?: number) => Promise<Device>>> = {
  webgpu: () => openWebgpu(ON_DISK),
  cpu: openCpu,
  wasm: () => openWasm(ON_DISK),
};

/**
 * Opens the device that an experiment names. `auto` prefers a hardware WebGPU adapter, then the native CPU, then
 * WebAssembly; a software adapter is taken only when it is asked for.
 *
 * @param log told in one line why `auto` passes over a device
 * @param threads of the native CPU; all its cores where this is left out
 * @throws {DeviceError} where a device asked for by name is not there
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
    log(`warning: ${(error as Error).message}; falling back to WebAssembly`);
    return await opened("wasm");
  }
}

async function opened(kind: DeviceKind, threads?: number): Promise<Device> {
  try {
    return await OPENERS[kind](threads);
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DeviceError(
      `the device '${kind}' cannot be opened (${reason}): choose another with 'device:'`,
      { cause: error },
    );
  }
}
