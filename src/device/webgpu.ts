import { type Device, DeviceError } from "./device.ts";
import { openOrtSession, type OrtModule } from "./ort_session.ts";

/** What is known of the WebGPU adapter before anything is opened on it. */
export interface AdapterReport {
  readonly name: string;
  /** Whether it computes on the CPU (llvmpipe, SwiftShader): correct, and slow. */
  readonly software: boolean;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Looks for a WebGPU adapter; `undefined` where there is none. */
export async function findAdapter(): Promise<AdapterReport | undefined> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return undefined;
  const { description, vendor, architecture, device } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ") || "unnamed adapter";
  return { name, software: adapter.info.isFallbackAdapter || SOFTWARE.test(name) };
}

/**
 * ONNX Runtime Web on WebGPU.
 *
 * @throws {DeviceError} where there is no adapter
 */
export async function openWebgpu(): Promise<Device> {
  const adapter = await findAdapter();
  if (adapter === undefined) {
    throw new DeviceError(
      "no WebGPU adapter: install a Vulkan driver (on Debian without a GPU: apt-get install mesa-vulkan-drivers, and set XDG_RUNTIME_DIR), or set 'device: cpu'",
    );
  }
  const ort = await import("onnxruntime-web/webgpu");
  return {
    kind: "webgpu",
    description: `WebGPU on ${adapter.name}${adapter.software ? " (software)" : ""}`,
    open: (graph) => openOrtSession(ort as unknown as OrtModule, graph, { executionProviders: ["webgpu"] }),
  };
}
