import type { Device } from "./device.ts";
import { openOrtSession, type OrtModule } from "./ort_session.ts";

/** The native CPU build of ONNX Runtime. */
export async function openCpu(): Promise<Device> {
  const ort = await import("onnxruntime-node") as unknown as OrtModule;
  const threads = navigator.hardwareConcurrency;
  return {
    kind: "cpu",
    description: `native CPU, ${threads} threads`,
    open: (graph) => openOrtSession(ort, graph, { executionProviders: ["cpu"], intraOpNumThreads: threads }),
  };
}
