import type { InferenceSession } from "onnxruntime-common";
import type { Device, GraphFile } from "./device.ts";
import { openOrtSession, openResidentOrtSession, type OrtModule } from "./ort_session.ts";
import { WasmMemory } from "./wasm_memory.ts";
import { SerialQueue } from "./serial_queue.ts";
import { weightBytes, type WeightFiles } from "./weights.ts";

/** ONNX Runtime's module has one memory, shared by all who open it. */
const memory = new WasmMemory();

/**
 * And it has one stack, on which a run keeps the addresses of its inputs while it waits for them: two sessions that run,
 * open or close at once read each other's (ONNX Runtime Web 1.30).
 */
const queue = new SerialQueue();

/**
 * From this size of weights on, in bytes, they are not prepacked for the kernels: a training step then holds them once, as
 * they are, instead of more than twice (its product forward and its product backward want different packings).
 */
const LARGE = 512 * 2 ** 20;

/** The number of copies that a session holds of prepacked weights: measured 2.4 for tuning, 1.5 for prediction. */
const PACKED = 2;

/**
 * ONNX Runtime Web on WebAssembly.
 *
 * @param files the files that graphs take their weights from
 * @param threads one by default: with two, a run can wait forever for the second thread when other programs keep
 * the cores busy (onnxruntime-web 1.30 in Deno 2.9). The first value holds for the whole process.
 */
export async function openWasm(files: WeightFiles, threads = 1): Promise<Device> {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = threads;
  const build = ort as unknown as OrtModule;
  return {
    kind: "wasm",
    description: `WebAssembly, ${threads === 1 ? "one thread" : `${threads} threads`}`,
    accelerated: false,
    float16: false,
    open: (graph) =>
      opened(graph, files, (options, guard) => openOrtSession(build, graph, files, options, guard, queue)),
    openResident: (graph) =>
      opened(
        graph,
        files,
        (options, guard) => openResidentOrtSession(build, graph, files, options, guard, queue),
      ),
  };
}

async function opened<Opened extends { release(): Promise<void> }>(
  graph: GraphFile,
  files: WeightFiles,
  open: (options: InferenceSession.SessionOptions, guard: WasmMemory["guard"]) => Promise<Opened>,
): Promise<Opened> {
  const size = await weightBytes(graph, files);
  const isLarge = size >= LARGE;
  const options = {
    executionProviders: ["wasm"],
    ...(isLarge && { extra: { session: { disable_prepacking: "1" } } }),
  };
  return await memory.opened(
    isLarge ? size : PACKED * size,
    () => open(options, (work) => memory.guard(work)),
  );
}
