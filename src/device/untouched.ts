import type { InferenceSession } from "onnxruntime-common";
import { opened } from "./cpu.ts";
import type { GraphFile } from "./device.ts";

/** ONNX Runtime's level for fatal errors only: other errors are thrown to the caller. */
const FATAL_ONLY = 4;

/** Options that make ONNX Runtime leave a graph unchanged. */
const AS_IT_IS: InferenceSession.SessionOptions = {
  graphOptimizationLevel: "disabled",
  enableMemPattern: false,
  logSeverityLevel: FATAL_ONLY,
};

/**
 * Opens a graph in plain ONNX Runtime on the native CPU, without rewriting or optimizing it.
 *
 * @param graph the graph, with its weights in files, which are mapped into memory
 */
export async function openUntouched(graph: GraphFile): Promise<InferenceSession> {
  const { InferenceSession } = await import("onnxruntime-node");
  return await opened(
    graph,
    navigator.hardwareConcurrency,
    ({ bytes }, options) => InferenceSession.create(bytes, { ...options, ...AS_IT_IS }),
  );
}
