import type { Device } from "./device.ts";
import { openOrtSession, openResidentOrtSession, type OrtModule } from "./ort_session.ts";

/**
 * ONNX Runtime Web on WebAssembly, on one thread: with two, a run can wait for ever for the second thread when other programs
 * keep the cores busy (onnxruntime-web 1.30 in Deno 2.9).
 */
export async function openWasm(): Promise<Device> {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = 1;
  const build = ort as unknown as OrtModule, options = { executionProviders: ["wasm"] };
  return {
    kind: "wasm",
    description: "WebAssembly, one thread",
    float16: false,
    open: (graph) => openOrtSession(build, graph, options),
    openResident: (graph) => openResidentOrtSession(build, graph, options),
  };
}
