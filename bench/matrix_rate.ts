import { Builder } from "../src/compiler/ops/builder.ts";
import { emit } from "../src/compiler/backend/emit.ts";
import { type Device, float32Tensor } from "../src/device/device.ts";
import { median } from "./median.ts";

/**
 * The rate at which a device multiplies matrices, 2,048 rows by a square weight of the model's width four times over as in
 * its feed-forward: the floor of a step is its operations over this.
 *
 * @param clock milliseconds since any time: of the processor, where other programs run
 * @returns GFLOP/s
 */
export async function matrixRate(
  device: Device,
  width: number,
  clock: () => number = () => performance.now(),
): Promise<number> {
  const rows = 2048;
  const columns = 4 * width;
  const b = new Builder("matrix rate");
  const x = b.input("x", "float32", [rows, width]);
  const items = new Uint8Array(Float32Array.from({ length: width * columns }, (_, i) => Math.sin(i)).buffer);
  const weights = b.constant("w", { type: "float32", dims: [width, columns], bytes: items });
  const y = b.sum(b.matmul(x, weights), [0, 1]);
  const session = await device.open({
    bytes: emit(b.graph(new Map([["y", y]])), "rate").bytes,
    weights: new Map(),
  });
  const feeds = {
    x: float32Tensor(Float32Array.from({ length: rows * width }, (_, i) => Math.cos(i)), [rows, width]),
  };
  const times: number[] = [];
  for (let i = 0; i < 12; i++) {
    const start = clock();
    await session.run(feeds);
    if (i >= 2) times.push(clock() - start);
  }
  await session.release();
  return 2 * rows * width * columns / median(times) / 1e6;
}
