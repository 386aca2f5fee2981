import { thrownMessage } from "../base/errors.ts";
import { type Device, DeviceError } from "./device.ts";
import { openOrtSession, openResidentOrtSession, type OrtModule } from "./ort_session.ts";
import { tryProvider } from "./trial.ts";
import { ON_DISK } from "./weight_files.ts";

/** The native build of ONNX Runtime, which knows what it was built with. */
interface NativeModule extends OrtModule {
  /** What it was built for; what is not bundled is a library of its own that is loaded when it is asked for. */
  readonly listSupportedBackends: () => readonly { readonly name: string; readonly bundled: boolean }[];
}

const OPTIONS = { executionProviders: ["cuda"] };

/**
 * The native build of ONNX Runtime with its CUDA provider. What has no kernel there is computed by the native CPU, and all outputs are
 * copied to the host. The launcher switches TF32 off, in which products have 10 bits of precision.
 *
 * It has not been tried on such a GPU.
 *
 * @throws {DeviceError} where this platform's build has no such provider, or where it or what it needs is not installed
 */
export async function openCuda(): Promise<Device> {
  const ort = await import("onnxruntime-node") as unknown as NativeModule;
  if (!ort.listSupportedBackends().some(({ name }) => name === "cuda")) {
    throw new DeviceError(
      "ONNX Runtime has a CUDA provider for Linux on x64 only: set another 'device:', or 'device: auto'",
    );
  }
  try {
    await tryProvider(ort, OPTIONS);
  } catch (error) {
    throw new DeviceError(
      `ONNX Runtime's CUDA provider cannot be used (${
        thrownMessage(error)
      }): it needs an NVIDIA driver, CUDA 12, cuDNN 9, and its own ` +
        "libraries, which 'node script/install.js --onnxruntime-node-install=cuda12' in the folder of the package onnxruntime-node " +
        "downloads; or set another 'device:'",
      { cause: error },
    );
  }
  return {
    kind: "cuda",
    description: "CUDA",
    accelerated: true,
    float16: false,
    open: (graph) => openOrtSession(ort, graph, ON_DISK, OPTIONS),
    openResident: (graph) => openResidentOrtSession(ort, graph, ON_DISK, OPTIONS),
  };
}
