import { basename, dirname } from "@std/path";
import type { InferenceSession } from "onnxruntime-common";
import { relocate } from "../compiler/backend/relocate.ts";
import type { Device, GraphFile, WeightsFile } from "./device.ts";
import { openOrtSession, openResidentOrtSession, type OrtModule } from "./ort_session.ts";
import { ON_DISK } from "./weight_files.ts";
import { weightBytes } from "./weights.ts";

/**
 * From so many bytes of weights on, memory counts for more than the last percents of speed: ONNX Runtime plans a block of
 * memory for the shape of each batch, beside the pieces that its arena took while it met the shape. Without the plan a step
 * takes little more than half the memory, and about 3% more time.
 */
const LARGE = 256 * 2 ** 20;

/**
 * The native CPU build of ONNX Runtime.
 *
 * Weights that lie in files are mapped into memory and not copied. They are not packed for the kernels beforehand either:
 * that would hold each of them twice (its product forward and its product backward want different packings), and products
 * with thousands of rows pack as they go, for nothing that could be measured.
 *
 * @param threads at work on one operator; their number does not change a bit of the results
 */
export async function openCpu(threads: number = navigator.hardwareConcurrency): Promise<Device> {
  const ort = await import("onnxruntime-node") as unknown as OrtModule;
  return {
    kind: "cpu",
    description: `native CPU, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    accelerated: false,
    float16: false,
    open: (graph) => opened(graph, threads, (found, options) => openOrtSession(ort, found, ON_DISK, options)),
    openResident: (graph) =>
      opened(graph, threads, (found, options) => openResidentOrtSession(ort, found, ON_DISK, options)),
  };
}

/**
 * Opens a graph with the options that suit the native CPU.
 *
 * @param open given the graph as ONNX Runtime is to have it: without links, and without weights that it maps by itself
 */
export async function opened<Opened>(
  graph: GraphFile,
  threads: number,
  open: (graph: GraphFile, options: InferenceSession.SessionOptions) => Promise<Opened>,
): Promise<Opened> {
  const found = await withoutLinks(graph);
  return await open(withoutMapped(found), await optionsFor(found, threads));
}

/** The graph with its weights where links lead to (as in the hub's cache): ONNX Runtime maps no file through a link. */
async function withoutLinks({ bytes, weights, ...graph }: GraphFile): Promise<GraphFile> {
  const names = new Map<string, string>();
  const found = new Map<string, WeightsFile>();
  for (const [location, file] of weights) {
    const isLink = typeof file === "string" && (await Deno.lstat(file)).isSymlink;
    const real = isLink ? await Deno.realPath(file) : file;
    const name = typeof real === "string" && isLink ? basename(real) : location;
    names.set(location, name);
    found.set(name, real);
  }
  const isRelocated = [...names].some(([location, name]) => location !== name);
  return { ...graph, bytes: isRelocated ? relocate(bytes, names) : bytes, weights: found };
}

async function optionsFor(graph: GraphFile, threads: number): Promise<InferenceSession.SessionOptions> {
  const folder = mappedFolder(graph);
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    enableMemPattern: await weightBytes(graph, ON_DISK) < LARGE,
    extra: {
      session: {
        disable_prepacking: "1",
        ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
      },
    },
  };
}

/** The graph without the files that ONNX Runtime maps by itself. */
function withoutMapped(graph: GraphFile): GraphFile {
  return mappedFolder(graph) === undefined ? graph : { bytes: graph.bytes, weights: new Map() };
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
