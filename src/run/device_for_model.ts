import { CompileError } from "../compiler/graph/errors.ts";
import type { Device } from "../device/device.ts";

/** ONNX Runtime's messages for insufficient memory, which is not an error of a graph. */
const NO_MEMORY = /alloc|out of memory/i;

/**
 * The same device, for the graphs that are compiled from one model.
 *
 * @param onnx the model's file
 * @returns a device that throws a `CompileError` naming the file, with ONNX Runtime's error as its cause, where a graph cannot be
 * opened; other errors (of the device, of its memory, of files) are passed on unchanged
 */
export function deviceForModel(device: Device, onnx: string): Device {
  return {
    ...device,
    open: (graph, replay) => device.open(graph, replay).catch((error) => refuse(error, onnx)),
    openResident: (graph, replay) => device.openResident(graph, replay).catch((error) => refuse(error, onnx)),
  };
}

function refuse(error: unknown, onnx: string): never {
  // ONNX Runtime's own errors have no class.
  if (!(error instanceof Error) || error.name !== "Error" || NO_MEMORY.test(error.message)) throw error;
  const reason = error.message.split("\n")[0]!.replace(/[.\s]+$/, "");
  throw new CompileError(
    `${onnx}: the graph compiled from it does not open in ONNX Runtime: ${reason}: if the file itself cannot be opened there either, export the model again; if it can, the fault is the compiler's: report it with the file`,
    { cause: error },
  );
}
