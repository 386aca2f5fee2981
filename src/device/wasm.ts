import type { Device } from "./device.ts";
import { openOrtSession, type OrtModule } from "./ort_session.ts";

/**
 * ONNX Runtime Web on WebAssembly, on one thread: with two, a run can wait for ever for the second thread when other programs
 * keep the cores busy (onnxruntime-web 1.30 in Deno 2.9).
 */
export async function openWasm(): Promise<Device> {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = 1;
  return {
    kind: "wasm",
    description: "WebAssembly, one thread",
    open: (graph) => openOrtSession(ort as unknown as OrtModule, graph, { executionProviders: ["wasm"] }),
  };
}
