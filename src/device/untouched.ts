import type { InferenceSession } from "onnxruntime-common";
import { opened } from "./cpu.ts";
import type { GraphFile } from "./device.ts";

/** ONNX Runtime's level for what ends the program: an error is told to whoever asked. */
const FATAL_ONLY = 4;

/** ONNX Runtime as it is told to leave a graph alone. */
const AS_IT_IS: InferenceSession.SessionOptions = {
  graphOptimizationLevel: "disabled",
  enableMemPattern: false,
  logSeverityLevel: FATAL_ONLY,
};

/**
 * Opens a graph in plain ONNX Runtime on the native CPU, as it is: nothing rewritten and nothing optimized.
 *
 * @param graph its weights in files, which are mapped into memory
 */
export async function openUntouched(graph: GraphFile): Promise<InferenceSession> {
  const { InferenceSession } = await import("onnxruntime-node");
  return await opened(
    graph,
    navigator.hardwareConcurrency,
    ({ bytes }, options) => InferenceSession.create(bytes, { ...options, ...AS_IT_IS }),
  );
}
