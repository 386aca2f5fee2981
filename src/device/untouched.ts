import type { InferenceSession } from "onnxruntime-common";
import { opened } from "./cpu.ts";
import { readWhole } from "./read_whole.ts";

/** ONNX Runtime's level for what ends the program: an error is told to whoever asked. */
const FATAL_ONLY = 4;

/** ONNX Runtime as it is told to leave a graph alone. */
const AS_IT_IS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "disabled",
  enableMemPattern: false,
  logSeverityLevel: FATAL_ONLY,
  extra: { session: { disable_prepacking: "1" } },
};

/**
 * Opens a model's own file in plain ONNX Runtime on the native CPU: nothing rewritten and nothing optimized.
 *
 * @param onnx the file's path
 * @param weights the paths of the files beside it that hold weights, by the locations that it names them by
 */
export async function openUntouched(
  onnx: string,
  weights: ReadonlyMap<string, string>,
): Promise<InferenceSession> {
  const { InferenceSession } = await import("onnxruntime-node");
  if (weights.size === 0) return await InferenceSession.create(onnx, AS_IT_IS);
  const threads = navigator.hardwareConcurrency, bytes = await readWhole(onnx);
  return await opened({ bytes, weights }, threads, (graph, options) =>
    InferenceSession.create(graph.bytes, {
      ...options,
      ...AS_IT_IS,
      extra: options.extra ?? {},
    }));
}
