import { dirname } from "@std/path";
import type { Device, GraphFile } from "./device.ts";
import { openOrtSession, type OrtModule } from "./ort_session.ts";

/**
 * The native CPU build of ONNX Runtime.
 *
 * Weights that lie in files are mapped into memory and not copied. They are not packed for the kernels beforehand either:
 * that would hold each of them twice (its product forward and its product backward want different packings), and products
 * with thousands of rows pack as they go, for nothing that could be measured.
 */
export async function openCpu(): Promise<Device> {
  const ort = await import("onnxruntime-node") as unknown as OrtModule;
  const threads = navigator.hardwareConcurrency;
  return {
    kind: "cpu",
    description: `native CPU, ${threads} threads`,
    open: (graph) => {
      const folder = mappedFolder(graph);
      return openOrtSession(ort, folder === undefined ? graph : { bytes: graph.bytes, weights: new Map() }, {
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        extra: {
          session: {
            disable_prepacking: "1",
            ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
          },
        },
      });
    },
  };
}

/** The folder that all files of weights lie in under the names that the graph has for them; `undefined` where there is none. */
function mappedFolder({ weights }: GraphFile): string | undefined {
  const folders = new Set<string | undefined>(
    [...weights].map(([location, file]) =>
      typeof file === "string" && file.endsWith(location) ? dirname(file) : undefined
    ),
  );
  return folders.size === 1 ? [...folders][0] : undefined;
}
