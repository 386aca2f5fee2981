import { emit } from "../../src/compiler/backend/emit.ts";
import type { Graph } from "../../src/compiler/graph/graph.ts";
import { openCpu } from "../../src/device/cpu.ts";
import type { Session, Tensor } from "../../src/device/device.ts";
import { float32Tensor } from "../../src/device/device.ts";
import type { RandomStream } from "../../src/base/random_stream.ts";

const cpu = await openCpu();

/** Opens a graph that has no weights in files on the native CPU. */
export function openOnCpu(graph: Graph): Promise<Session> {
  return cpu.open({ bytes: emit(graph, "test").bytes, weights: new Map() });
}

/** Random numbers, uniform between two bounds. */
export function randomTensor(stream: RandomStream, dims: readonly number[], low = -1, high = 1): Tensor {
  const size = dims.reduce((a, b) => a * b, 1);
  return float32Tensor(Float32Array.from({ length: size }, () => stream.uniform(low, high)), dims);
}

/** ‖a - b‖ / ‖b‖; the numerator alone where b is zero. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / (size || 1));
}
