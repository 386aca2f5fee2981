import { basename, resolve } from "@std/path";
import type { InferenceSession } from "onnxruntime-common";
import { counted } from "../base/counted.ts";
import { relocate } from "../compiler/backend/relocate.ts";
import type { Device, GraphFile, WeightsFile } from "./device.ts";
import { openOrtSession, openResidentOrtSession, type OrtModule } from "./ort_session.ts";
import { ON_DISK } from "./weight_files.ts";
import { weightBytes } from "./weights.ts";

/**
 * From this size of weights on, in bytes, memory matters more than the last percents of speed: ONNX Runtime plans a block of
 * memory for the shape of each batch, in addition to what its arena allocated when it first saw the shape. Without the plan a step
 * takes little more than half the memory, and about 3% more time.
 */
const LARGE = 256 * 2 ** 20;

/**
 * The native CPU build of ONNX Runtime.
 *
 * Weights in files are mapped into memory and not copied. They are not prepacked for the kernels either:
 * that would hold each of them twice (its product forward and its product backward want different packings), and products
 * with thousands of rows pack on the fly, at no measurable cost. Graphs that are run for each token are the exception: with 8 to 32 rows,
 * packing on the fly takes as long as half of the products.
 *
 * @param threads the number of threads per operator; it does not change a single bit of the results
 */
export async function openCpu(threads: number = navigator.hardwareConcurrency): Promise<Device> {
  const ort = await import("onnxruntime-node") as unknown as OrtModule;
  return {
    kind: "cpu",
    description: `native CPU, ${counted(threads, "thread")}`,
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
 * @param open takes the graph in the form for ONNX Runtime: without symbolic links, and without weights that it maps itself
 */
export async function opened<Opened>(
  graph: GraphFile,
  threads: number,
  open: (graph: GraphFile, options: InferenceSession.SessionOptions) => Promise<Opened>,
): Promise<Opened> {
  const found = await withoutLinks(graph);
  return await open(withoutMapped(found), await optionsFor(found, threads));
}

/** The graph with symbolic links to weights resolved (as in the hub's cache): ONNX Runtime does not map files through links. */
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
    // A plan for a shape that does not come again is of no use.
    enableMemPattern: !graph.isPerToken && await weightBytes(graph, ON_DISK) < LARGE,
    extra: {
      session: {
        // Threads that have nothing to do sleep: spinning costs a core, and on two cores saves no time.
        intra_op: { allow_spinning: "0" },
        ...(!graph.isPerToken && { disable_prepacking: "1" }),
        ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
      },
    },
  };
}

/** The graph without the files that ONNX Runtime maps itself. */
function withoutMapped(graph: GraphFile): GraphFile {
  return mappedFolder(graph) === undefined ? graph : { bytes: graph.bytes, weights: new Map() };
}

/** The folder that contains all weight files under the names in the graph; `undefined` where there is none. */
function mappedFolder({ weights }: GraphFile): string | undefined {
  const folders = new Set([...weights].map(([location, file]) => {
    if (typeof file !== "string") return undefined;
    const path = resolve(file);
    return path.replaceAll("\\", "/").endsWith(`/${location}`)
      ? path.slice(0, -location.length - 1)
      : undefined;
  }));
  return folders.size === 1 ? [...folders][0] : undefined;
}
