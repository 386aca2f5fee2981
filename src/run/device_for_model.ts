import { CompileError } from "../compiler/mod.ts";
import type { Device } from "../device/device.ts";

/** How ONNX Runtime says that memory is short, which is no fault of a graph. */
const NO_MEMORY = /alloc|out of memory/i;

/**
 * The same device, for the graphs that are compiled from one model.
 *
 * @param onnx the model's file
 * @returns a device that throws a `CompileError` naming the file, the error of ONNX Runtime its cause, where a graph does not
 * open; other errors (of the device, of its memory, of files) come as they are
 */
export function deviceForModel(device: Device, onnx: string): Device {
  return {
    ...device,
    open: (graph) => device.open(graph).catch((error) => refuse(error, onnx)),
    openResident: (graph) => device.openResident(graph).catch((error) => refuse(error, onnx)),
  };
}

function refuse(error: unknown, onnx: string): never {
  // ONNX Runtime's own errors are of no class.
  if (!(error instanceof Error) || error.name !== "Error" || NO_MEMORY.test(error.message)) throw error;
  const reason = error.message.split("\n")[0]!.replace(/[.\s]+$/, "");
  throw new CompileError(
    `${onnx}: the graph compiled from it does not open in ONNX Runtime: ${reason}: where the file itself does not open there, export the model again; where it does, the fault is the compiler's: report it with the file`,
    { cause: error },
  );
}
