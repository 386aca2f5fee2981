import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import { allDone } from "../base/all_done.ts";
import type { DeviceTensor, Feeds, GraphFile, ResidentSession, Session, Tensor } from "./device.ts";
import { hostTensor, OrtDeviceTensor } from "./ort_device_tensor.ts";
import { SerialQueue } from "./serial_queue.ts";
import type { WeightFiles } from "./weights.ts";

/** What the native and the web build of ONNX Runtime have in common. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** A graph as ONNX Runtime opens it. */
export interface OrtGraph extends GraphFile {
  /** Inputs that each run is given, whatever its feeds are. */
  readonly given?: Readonly<Record<string, OrtTensor>>;
}

/** Runs work on a device, and fails if the device fails meanwhile. */
export type Guard = <Result>(work: () => Promise<Result>) => Promise<Result>;

const unguarded: Guard = (work) => work();

/** ONNX Runtime's level for errors: its warnings about nodes kept on the CPU do not help a user. */
const ERRORS_ONLY = 3;

/**
 * Opens a graph with ONNX Runtime, passing it all bytes of the weights; outputs are copied into the host's memory.
 *
 * @param files the files of the graph's weights
 * @param queue serializes what the runtime does: for this session, or for all sessions that share it
 */
export async function openOrtSession(
  ort: OrtModule,
  graph: OrtGraph,
  files: WeightFiles,
  options: InferenceSession.SessionOptions,
  guard: Guard = unguarded,
  queue: SerialQueue = new SerialQueue(),
): Promise<Session> {
  const runner = await openRunner(ort, graph, files, options, guard, queue);
  return giving(runner, (name, tensor) => guard(() => hostTensor(name, tensor)));
}

/** Copies an output of ONNX Runtime into the host's memory. @param name for messages */
export type ReadOutput = (name: string, tensor: OrtTensor) => Promise<Tensor>;

/**
 * Opens a graph whose outputs stay on the device, which the options must request
 * (`preferredOutputLocation`).
 *
 * @param read brings an output to the host
 */
export async function openResidentOrtSession(
  ort: OrtModule,
  graph: OrtGraph,
  files: WeightFiles,
  options: InferenceSession.SessionOptions,
  guard: Guard = unguarded,
  queue: SerialQueue = new SerialQueue(),
  read: ReadOutput = hostTensor,
): Promise<ResidentSession> {
  const runner = await openRunner(ort, graph, files, options, guard, queue);
  const given = (name: string, tensor: OrtTensor) =>
    new OrtDeviceTensor(tensor.dims, {
      given: () => tensor,
      read: () => guard(() => read(name, tensor)),
      free: () => tensor.dispose(),
    });
  return giving(runner, (name, tensor) => Promise.resolve(given(name, tensor)));
}

/** A session that converts its outputs by `give`. */
function giving<Output>(runner: Runner, give: (name: string, tensor: OrtTensor) => Promise<Output>) {
  return {
    inputNames: runner.inputNames,
    run: (feeds: Feeds, outputs?: readonly string[]) => runner.run(feeds, outputs, give),
    release: () => runner.release(),
  };
}

async function openRunner(
  ort: OrtModule,
  graph: OrtGraph,
  files: WeightFiles,
  options: InferenceSession.SessionOptions,
  guard: Guard,
  queue: SerialQueue,
): Promise<Runner> {
  const weights = await weightData(graph, files);
  const session = await queue.take(() => guard(() => createSession(ort, graph, weights, options)));
  return new Runner(ort, session, graph.given ?? {}, guard, queue);
}

/** The bytes of a graph's weights, by the locations that it names. */
export type WeightData = NonNullable<InferenceSession.SessionOptions["externalData"]>;

/** Reads the weights of a graph. */
export async function weightData(graph: GraphFile, files: WeightFiles): Promise<WeightData> {
  return await allDone(
    [...graph.weights].map(async ([path, file]) => ({
      path,
      data: typeof file === "string" ? await files.read(file) : file,
    })),
  );
}

/** Opens a graph with ONNX Runtime, passing it the bytes of all weights. */
export async function createSession(
  ort: OrtModule,
  { bytes }: GraphFile,
  externalData: WeightData,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  return await ort.InferenceSession.create(bytes, {
    logSeverityLevel: ERRORS_ONLY,
    ...options,
    externalData,
  });
}

/** A session whose runs are serialized. */
class Runner {
  constructor(
    private readonly ort: OrtModule,
    private readonly session: InferenceSession,
    private readonly given: NonNullable<OrtGraph["given"]>,
    private readonly guard: Guard,
    private readonly queue: SerialQueue,
  ) {}

  get inputNames(): readonly string[] {
    return this.session.inputNames.filter((name) => !Object.hasOwn(this.given, name));
  }

  run<Output>(
    feeds: Feeds,
    outputs: readonly string[] | undefined,
    give: (name: string, tensor: OrtTensor) => Promise<Output>,
  ): Promise<Record<string, Output>> {
    return this.queue.take(() => this.runAlone(feeds, outputs, give));
  }

  release(): Promise<void> {
    return this.queue.take(() => this.session.release());
  }

  private async runAlone<Output>(
    feeds: Feeds,
    wanted: readonly string[] | undefined,
    give: (name: string, tensor: OrtTensor) => Promise<Output>,
  ): Promise<Record<string, Output>> {
    const given: Record<string, OrtTensor> = { ...this.given };
    for (const name of this.inputNames) {
      const tensor = feeds[name];
      if (tensor === undefined) throw new RangeError(`the graph's input '${name}' is missing from the feeds`);
      given[name] = this.ortTensor(tensor);
    }
    const outputs = await this.guard(() => this.session.run(given, wanted ?? this.session.outputNames));
    const found: Record<string, Output> = {};
    for (const [name, tensor] of Object.entries(outputs)) found[name] = await give(name, tensor);
    return found;
  }

  private ortTensor(tensor: Tensor | DeviceTensor): OrtTensor {
    if (tensor instanceof OrtDeviceTensor) return withBits(tensor.tensor);
    if (!("data" in tensor)) throw new TypeError("the feeds contain a tensor of another kind of device");
    switch (tensor.type) {
      case "float32":
        return new this.ort.Tensor(tensor.type, tensor.data, tensor.dims);
      case "int64":
        return new this.ort.Tensor(tensor.type, tensor.data, tensor.dims);
      case "bool":
        return new this.ort.Tensor(tensor.type, tensor.data, tensor.dims);
    }
  }
}

/** The same tensor, its float16 as whole numbers of the same bits: Deno hands no Float16Array to a native library. */
function withBits(tensor: OrtTensor): OrtTensor {
  if (tensor.type !== "float16" || tensor.location !== "cpu") return tensor;
  const { buffer, byteOffset, length } = tensor.data as Float16Array | Uint16Array;
  return Object.create(tensor, { data: { value: new Uint16Array(buffer, byteOffset, length) } });
}
