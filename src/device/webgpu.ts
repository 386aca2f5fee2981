import type { Tensor as OrtTensor } from "onnxruntime-common";
import { checkBuffers } from "./buffer_limit.ts";
import { compileOnce } from "./compile_once.ts";
import {
  type Device,
  DeviceError,
  type Feeds,
  float32Tensor,
  type GraphFile,
  type Replay,
  type ResidentSession,
  type Session,
  type Tensor,
} from "./device.ts";
import { DeviceWatch } from "./device_watch.ts";
import { floatBufferOf } from "./float_buffer.ts";
import { GpuReads } from "./gpu_reads.ts";
import { HostSession } from "./host_session.ts";
import { hostTensor } from "./ort_device_tensor.ts";
import { openOrtSession, openResidentOrtSession, type OrtGraph, type OrtModule } from "./ort_session.ts";
import { ReadBindings } from "./replay/read_bindings.ts";
import { ReplayingSession } from "./replay/replaying_session.ts";
import { SerialQueue } from "./serial_queue.ts";
import { SharedWeights } from "./shared_weights.ts";
import type { WeightFiles } from "./weights.ts";

/** Properties of the WebGPU adapter, known before anything is opened on it. */
export interface AdapterReport {
  readonly name: string;
  /** Whether it computes on the CPU (llvmpipe, SwiftShader): correct, and slow. */
  readonly software: boolean;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Looks for a WebGPU adapter; `undefined` where there is none. */
export async function findAdapter(): Promise<AdapterReport | undefined> {
  const adapter = await requestAdapter();
  return adapter && describe(adapter);
}

/** The limits of an adapter that ONNX Runtime uses beyond WebGPU's defaults. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
  "maxBindGroups",
] as const satisfies (keyof GPUSupportedLimits)[];

/** If an adapter is garbage-collected while its device works, the process aborts (Deno 2.9): each is kept as long as its device. */
const ADAPTERS = new WeakMap<GPUDevice, GPUAdapter>();

/** With steps of 8 tokens, rt-polarity has 7 lengths and 6.5% more arithmetic; with 4 it has 13 and 2.7%, with 16 it has 4 and 14%. */
const LENGTH_STEP = 8;

const FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups"];

/**
 * ONNX Runtime Web on WebGPU, on a device with all capabilities of the adapter: its real limits, not the smaller ones
 * that every adapter guarantees, and float16.
 *
 * A device that is lost (a driver reset, or no memory left) makes every later run fail with a `DeviceError` that says so.
 *
 * @param files the files that graphs take their weights from
 * @throws {DeviceError} where there is no adapter
 */
export async function openWebgpu(files: WeightFiles): Promise<Device> {
  const adapter = await requestAdapter();
  if (adapter === undefined) {
    throw new DeviceError(
      "no WebGPU adapter: install a Vulkan driver (on Debian without a GPU: apt-get install mesa-vulkan-drivers), or set 'device: cpu'",
    );
  }
  const ort = await loadOrt();
  const gpu = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  ADAPTERS.set(gpu, adapter);
  compileOnce(gpu);
  const { name, software } = describe(adapter);
  const { guard } = new DeviceWatch(gpu, name);
  const reads = new GpuReads(gpu);
  const readBindings = new ReadBindings(gpu);
  // Concurrent runs of two sessions return zeros (ONNX Runtime Web 1.30).
  const queue = new SerialQueue();
  const provider = { name: "webgpu", device: gpu } as const;
  const options = { executionProviders: [provider] };
  const resident = { ...options, preferredOutputLocation: "gpu-buffer" as const };
  const weights = new SharedWeights({ ort, gpu, files });
  const opened = async <Opened extends Session | ResidentSession>(
    graph: GraphFile,
    open: (graph: OrtGraph) => Promise<Opened>,
  ): Promise<{ readonly session: Opened; readonly graph: OrtGraph }> => {
    // ONNX Runtime prepares the weights of a model's own file as it needs them for few rows.
    const shared = graph.isPerToken
      ? { graph, release: () => {} }
      : await queue.take(() => guard(() => weights.open(graph)));
    const session = await open(shared.graph).catch((error) => {
      shared.release();
      throw error;
    });
    const release = () => session.release().finally(shared.release);
    return { session: limited({ ...session, release }, graph, gpu), graph: shared.graph };
  };
  const openResident = async (file: GraphFile, replay?: Replay): Promise<ResidentSession> => {
    const read = (name: string, tensor: OrtTensor) => readOutput(name, tensor, reads);
    const { session, graph } = await opened(
      file,
      (graph) => openResidentOrtSession(ort, graph, files, resident, guard, queue, read),
    );
    if (replay === undefined) return session;
    const tools = { ort, gpu, reads, readBindings, files, options: resident, guard, queue };
    return new ReplayingSession(session, graph, tools, replay);
  };
  return {
    kind: "webgpu",
    description: `WebGPU on ${name}${software ? " (software)" : ""}`,
    accelerated: !software,
    float16: gpu.features.has("shader-f16"),
    lengthStep: LENGTH_STEP,
    open: async (file, replay) => {
      if (replay !== undefined) return new HostSession(await openResident(file, replay));
      const open = (graph: OrtGraph) => openOrtSession(ort, graph, files, options, guard, queue);
      return (await opened(file, open)).session;
    },
    openResident,
  };
}

/** Brings an output to the host, together with others that are read at the same time if it is float32. */
async function readOutput(name: string, tensor: OrtTensor, reads: GpuReads): Promise<Tensor> {
  const buffer = floatBufferOf(tensor);
  if (buffer === undefined || tensor.size === 0) return await hostTensor(name, tensor);
  const data = await reads.read(buffer, 0, tensor.size * Float32Array.BYTES_PER_ELEMENT);
  return float32Tensor(new Float32Array(data), tensor.dims);
}

/** The session; its runs are refused where a tensor would exceed a buffer. */
function limited<Opened extends Session | ResidentSession>(
  session: Opened,
  { sizes = [] }: GraphFile,
  { limits }: GPUDevice,
): Opened {
  const fit = new Set<string>();
  const run = (feeds: Feeds, outputs?: readonly string[]) => {
    const shapes = session.inputNames.map((name) => feeds[name]?.dims.join("x")).join();
    if (!fit.has(shapes)) checkBuffers(sizes, feeds, limits.maxBufferSize);
    fit.add(shapes);
    return session.run(feeds, outputs);
  };
  return { ...session, run } as Opened;
}

/**
 * ONNX Runtime Web, of its builds that which waits for the GPU by the engine's own means (JSPI), where there are such: it takes the
 * host a quarter less than the one that is rewritten to be able to wait (Asyncify).
 */
async function loadOrt(): Promise<OrtModule> {
  const found: unknown = "Suspending" in WebAssembly
    ? await import("onnxruntime-web/jspi")
    : await import("onnxruntime-web/webgpu");
  return found as OrtModule;
}

async function requestAdapter(): Promise<GPUAdapter | undefined> {
  return await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }) ?? undefined;
}

function describe({ info }: GPUAdapter): AdapterReport {
  const { description, vendor, architecture, device } = info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ") || "unnamed adapter";
  return { name, software: info.isFallbackAdapter || SOFTWARE.test(name) };
}
