import type { InferenceSession } from "onnxruntime-common";
import type { GpuReads } from "../gpu_reads.ts";
import type { Guard, OrtModule } from "../ort_session.ts";
import type { SerialQueue } from "../serial_queue.ts";
import type { WeightFiles } from "../weights.ts";
import type { ReadBindings } from "./read_bindings.ts";

/** What steps on a WebGPU device are recorded and replayed with. */
export interface ReplayTools {
  readonly ort: OrtModule;
  readonly gpu: GPUDevice;
  readonly reads: GpuReads;
  readonly readBindings: ReadBindings;
  /** The files that graphs take their weights from. */
  readonly files: WeightFiles;
  /** The options of sessions whose outputs stay on the device. */
  readonly options: InferenceSession.SessionOptions;
  readonly guard: Guard;
  /** Serializes what ONNX Runtime does on the device. */
  readonly queue: SerialQueue;
}
