import type { Device } from "./device.ts";
import { openOrtSession, openResidentOrtSession, type OrtModule } from "./ort_session.ts";
import { WasmMemory } from "./wasm_memory.ts";

/** ONNX Runtime's module has one memory, whoever opens it. */
const memory = new WasmMemory();
const guard = <Result>(work: () => Promise<Result>) => memory.guard(work);

/**
 * ONNX Runtime Web on WebAssembly.
 *
 * @param threads one, if nobody asks for more: with two, a run can wait for ever for the second thread when other programs keep
 * the cores busy (onnxruntime-web 1.30 in Deno 2.9). What is asked for first holds for the whole process.
 */
export async function openWasm(threads = 1): Promise<Device> {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = threads;
  const build = ort as unknown as OrtModule, options = { executionProviders: ["wasm"] };
  return {
    kind: "wasm",
    description: `WebAssembly, ${threads === 1 ? "one thread" : `${threads} threads`}`,
    accelerated: false,
    float16: false,
    open: (graph) => memory.opened(graph, () => openOrtSession(build, graph, options, guard)),
    openResident: (graph) => memory.opened(graph, () => openResidentOrtSession(build, graph, options, guard)),
  };
}
