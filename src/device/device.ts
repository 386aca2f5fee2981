import type { TensorSize } from "../compiler/graph/tensor_sizes.ts";
import type { DeviceKind } from "./device_error.ts";

export { DeviceError, type DeviceKind } from "./device_error.ts";

/** A dense tensor in the host's memory, row by row. */
export type Tensor =
  | { readonly type: "float32"; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: "int64"; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: "bool"; readonly dims: readonly number[]; readonly data: Uint8Array };

/** A file of weights: its path, or its bytes where there is no file system. */
export type WeightsFile = string | Uint8Array;

/** An ONNX graph ready to be opened: its bytes, and the files that it takes weights from, by the location that it names. */
export interface GraphFile {
  readonly bytes: Uint8Array;
  readonly weights: ReadonlyMap<string, WeightsFile>;
  /** The sizes of its tensors: in bytes, in terms of its inputs' dimensions, with one tensor of each size. */
  readonly sizes?: readonly TensorSize[];
  /** Whether it is run for each token of texts: on few rows, and on other shapes each time. */
  readonly isPerToken?: boolean;
}

/**
 * A tensor that stays on the device that computed it (on WebGPU in its own buffer) until it is read: float32, or as a model's own file
 * has it. It can be fed to any session of the same device.
 */
export interface DeviceTensor {
  readonly dims: readonly number[];
  /** Copies the tensor into the host's memory, float16 as float32. */
  read(): Promise<Tensor>;
  /** Frees it on the device; its last owner must call this. */
  free(): void;
}

/** Inputs by name: from the host's memory, or on the device already. */
export type Feeds = Readonly<Record<string, Tensor | DeviceTensor>>;

/** A graph opened on a device. */
export interface Session {
  readonly inputNames: readonly string[];
  /**
   * Runs the graph once. Calls on one session are serialized, on WebGPU those on all sessions of the device:
   * concurrent runs hang there, or return zeros.
   *
   * @param feeds at least the session's inputs; others are ignored
   * @param outputs the wanted outputs; all by default
   * @returns the outputs by name
   */
  run(feeds: Feeds, outputs?: readonly string[]): Promise<Record<string, Tensor>>;
  /** The time that runs have spent on recording themselves, in milliseconds, where they can. */
  readonly openingTime?: number | undefined;
  /** Frees what the session holds on the device. */
  release(): Promise<void>;
}

/** A graph opened on a device whose outputs stay there, so that they can be the inputs of the next run. */
export interface ResidentSession {
  readonly inputNames: readonly string[];
  /**
   * Runs the graph once, as `Session.run` does.
   *
   * @returns every output by name; each is to be freed
   */
  run(feeds: Feeds): Promise<Record<string, DeviceTensor>>;
  /** The time that runs have spent on recording themselves, in milliseconds, where they can. */
  readonly openingTime?: number | undefined;
  /** Frees what the session holds on the device, its outputs excepted. */
  release(): Promise<void>;
}

/** Asks for the commands of a run to be recorded once for each shape of its inputs, and replayed: the same bits for less of the host's time. */
export interface Replay {
  /** What the runs compute, for messages: `steps`. */
  readonly what: string;
  /** The runs over inputs of one shape before it is recorded, which takes the host as long as some runs: at least 1. */
  readonly after: number;
  /** Takes one line that says why runs are not replayed. */
  readonly log: (line: string) => void;
}

/** Something that runs ONNX graphs. */
export interface Device {
  readonly kind: DeviceKind;
  /** A description for display: the adapter's name, the number of threads. */
  readonly description: string;
  /** Whether a GPU computes, and not a CPU that emulates one. */
  readonly accelerated: boolean;
  /** Whether it supports float16. */
  readonly float16: boolean;
  /** Where runs are recorded for each shape: batches are padded to a multiple of this number of tokens, so that shapes are few. */
  readonly lengthStep?: number;
  /** Opens a graph. @param replay that runs are recorded and replayed, where the device can */
  open(graph: GraphFile, replay?: Replay): Promise<Session>;
  /** Opens a graph whose outputs stay on the device. @param replay that runs are recorded and replayed, where the device can */
  openResident(graph: GraphFile, replay?: Replay): Promise<ResidentSession>;
}

/** A float32 tensor. */
export function float32Tensor(data: Float32Array, dims: readonly number[]): Tensor {
  return { type: "float32", dims, data };
}

/** An int64 tensor. */
export function int64Tensor(data: ArrayLike<number>, dims: readonly number[]): Tensor {
  const whole = new BigInt64Array(data.length);
  for (let i = 0; i < data.length; i++) whole[i] = BigInt(data[i]!);
  return { type: "int64", dims, data: whole };
}

/** A float32 scalar. */
export function scalarTensor(value: number): Tensor {
  return { type: "float32", dims: [], data: Float32Array.of(value) };
}
