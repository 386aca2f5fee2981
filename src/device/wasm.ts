import type { Device } from "./device.ts";
import { openOrtSession, type OrtModule } from "./ort_session.ts";

/** ONNX Runtime Web on WebAssembly. */
export async function openWasm(): Promise<Device> {
  const ort = await import("onnxruntime-web");
  const threads = navigator.hardwareConcurrency;
  ort.env.wasm.numThreads = threads;
  return {
    kind: "wasm",
    description: `WebAssembly, ${threads} threads`,
    open: (graph) => openOrtSession(ort as unknown as OrtModule, graph, { executionProviders: ["wasm"] }),
  };
}
