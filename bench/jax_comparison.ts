import { compile, evaluate, type Graph, matrixFlops } from "../src/compiler/mod.ts";
import type { OnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import { openWasm } from "../src/device/wasm.ts";
import { ON_DISK } from "../src/device/weight_files.ts";
import type { Comparison } from "./comparison.ts";
import { jaxJsStep, type JaxStep } from "./jax_js.ts";
import { matrixRate } from "./matrix_rate.ts";
import { median } from "./median.ts";
import { medianRatio } from "./median_ratio.ts";
import { ownForward } from "./own_forward.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";
import { timeInTurn } from "./time_in_turn.ts";

/**
 * Our step on WebAssembly beside jax-js's, both on one thread, and beside the model's own forward pass.
 *
 * @throws {Error} where the gradients differ
 */
export async function comparedWithJax(shape: string, file: OnnxFile, rounds: number): Promise<Comparison> {
  const { bytes, path } = file;
  const device = await openWasm(ON_DISK);
  let last: Graph | undefined;
  const { train } = compile(bytes, path, "embedding-output", "adamw", { onPass: (_, graph) => last = graph });
  const [layers, width] = shape.split("x").map(Number) as [number, number];
  const feeds = stepFeeds(width, 30522);
  const step = await device.open(train);
  const forward = await device.open(ownForward(bytes, path));
  const jax = await jaxJsStep(file, feeds);
  sameGradient(jax, (await step.run(feeds)).gradient!.data as Float32Array);
  const times = await timeInTurn(rounds, {
    step: () => step.run(feeds),
    forward: () => forward.run(feeds),
    jax,
  });
  await step.release();
  await forward.release();
  const [step_ms, forward_ms] = [median(times.step!), median(times.forward!)];
  const rate = await matrixRate(device, width);
  const flops = evaluate(matrixFlops(last!), SIZES);
  return {
    shape: `${layers}x${width}`,
    batch: SIZES.batch,
    device: "wasm",
    on: device.description,
    step_ms,
    jax_js_ms: median(times.jax!),
    jax_js_over_ours: medianRatio(times.jax!, times.step!),
    forward_ms,
    step_over_forward: step_ms / forward_ms,
    gflop: flops / 1e9,
    matrix_gflops_per_second: rate,
    floor_ms: flops / rate / 1e6,
    share_of_matrix_rate: flops / rate / 1e6 / step_ms,
  };
}

/** Only equal work may be compared. */
function sameGradient(jax: JaxStep, ours: Float32Array): void {
  const theirs = jax().gradient;
  const scale = Math.max(...ours.map(Math.abs));
  const error = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]!))) / scale;
  if (!(error < 1e-3)) {
    throw new Error(`jax-js's gradient differs from ours by ${error} of its largest number`);
  }
}
