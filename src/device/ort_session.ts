import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import { allDone } from "../base/all_done.ts";
import type { DeviceTensor, Feeds, GraphFile, ResidentSession, Session, Tensor } from "./device.ts";
import { SerialQueue } from "./serial_queue.ts";
import type { WeightFiles } from "./weights.ts";

/** What the native and the web build of ONNX Runtime have in common. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** Runs work on a device, and fails if the device fails meanwhile. */
type Guard = <Result>(work: () => Promise<Result>) => Promise<Result>;

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
  graph: GraphFile,
  files: WeightFiles,
  options: InferenceSession.SessionOptions,
  guard: Guard = unguarded,
  queue: SerialQueue = new SerialQueue(),
): Promise<Session> {
  const runner = await openRunner(ort, graph, files, options, guard, queue);
  return giving(runner, (name, tensor) => guard(() => hostTensor(name, tensor)));
}

/**
 * Opens a graph whose outputs stay on the device, which the options must request
 * (`preferredOutputLocation`).
 */
export async function openResidentOrtSession(
  ort: OrtModule,
  graph: GraphFile,
  files: WeightFiles,
  options: InferenceSession.SessionOptions,
  guard: Guard = unguarded,
  queue: SerialQueue = new SerialQueue(),
): Promise<ResidentSession> {
  const runner = await openRunner(ort, graph, files, options, guard, queue);
  return giving(runner, (name, tensor) => Promise.resolve(new OrtDeviceTensor(name, tensor, guard)));
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
  graph: GraphFile,
  files: WeightFiles,
  options: InferenceSession.SessionOptions,
  guard: Guard,
  queue: SerialQueue,
): Promise<Runner> {
  const externalData = await allDone(
    [...graph.weights].map(async ([path, file]) => ({
      path,
      data: typeof file === "string" ? await files.read(file) : file,
    })),
  );
  const session = await queue.take(() =>
    guard(() =>
      ort.InferenceSession.create(graph.bytes, { logSeverityLevel: ERRORS_ONLY, ...options, externalData })
    )
  );
  return new Runner(ort, session, guard, queue);
}

/** A session whose runs are serialized. */
class Runner {
  constructor(
    private readonly ort: OrtModule,
    private readonly session: InferenceSession,
    private readonly guard: Guard,
    private readonly queue: SerialQueue,
  ) {}

  get inputNames(): readonly string[] {
    return this.session.inputNames;
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
    const given: Record<string, OrtTensor> = {};
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

class OrtDeviceTensor implements DeviceTensor {
  constructor(
    private readonly name: string,
    readonly tensor: OrtTensor,
    private readonly guard: Guard,
  ) {}

  get dims(): readonly number[] {
    return this.tensor.dims;
  }

  read(): Promise<Tensor> {
    return this.guard(() => hostTensor(this.name, this.tensor));
  }

  free(): void {
    this.tensor.dispose();
  }
}

async function hostTensor(name: string, tensor: OrtTensor): Promise<Tensor> {
  const { type, dims } = tensor;
  const data = await tensor.getData();
  if (type === "float32" && data instanceof Float32Array) return { type, dims, data };
  if (type === "int64" && data instanceof BigInt64Array) return { type, dims, data };
  if (type === "float16") {
    const halves = data instanceof Uint16Array
      ? new Float16Array(data.buffer, data.byteOffset, data.length)
      : data;
    if (halves instanceof Float16Array) return { type: "float32", dims, data: Float32Array.from(halves) };
  }
  throw new TypeError(`output '${name}' is ${type}`);
}
