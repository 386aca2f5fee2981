import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-common";
import type { GraphFile, Session, Tensor } from "./device.ts";
import { readWhole } from "./read_whole.ts";

/** What the native and the web build of ONNX Runtime have in common. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** ONNX Runtime's level for errors: its warnings about nodes kept on the CPU are no news to a user. */
const ERRORS_ONLY = 3;

/** Opens a graph with ONNX Runtime, the weights' bytes handed over whole. */
export async function openOrtSession(
  ort: OrtModule,
  graph: GraphFile,
  options: InferenceSession.SessionOptions,
): Promise<Session> {
  const externalData = await Promise.all(
    [...graph.weights].map(async ([path, file]) => ({
      path,
      data: typeof file === "string" ? await readWhole(file) : file,
    })),
  );
  const session = await ort.InferenceSession.create(graph.bytes, {
    logSeverityLevel: ERRORS_ONLY,
    ...options,
    externalData,
  });
  return new OrtSession(ort, session);
}

class OrtSession implements Session {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ort: OrtModule, private readonly session: InferenceSession) {}

  get inputNames(): readonly string[] {
    return this.session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.session.outputNames;
  }

  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const next = this.last.then(() => this.runAlone(feeds));
    this.last = next.catch(() => {});
    return next;
  }

  async release(): Promise<void> {
    await this.last;
    await this.session.release();
  }

  private async runAlone(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const given: Record<string, OrtTensor> = {};
    for (const name of this.inputNames) {
      const tensor = feeds[name];
      if (tensor === undefined) throw new RangeError(`the graph's input '${name}' is not fed`);
      given[name] = tensor.type === "float32"
        ? new this.ort.Tensor("float32", tensor.data, tensor.dims)
        : new this.ort.Tensor("int64", tensor.data, tensor.dims);
    }
    const outputs = await this.session.run(given);
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, fromOrt(name, tensor)]));
  }
}

function fromOrt(name: string, { type, dims, data }: OrtTensor): Tensor {
  if (type === "float32") return { type, dims, data: data as Float32Array };
  if (type === "int64") return { type, dims, data: data as BigInt64Array };
  throw new TypeError(`output '${name}' is ${type}`);
}
