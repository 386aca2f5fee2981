// deno-lint-ignore-file no-console
/**
 * Our training step beside others' and beside the model's own forward pass, on BERT shapes with random weights: batch 32, 44
 * text and 20 prompt tokens. The native CPU is compared with PyTorch (as PEFT uses it) on as many threads as there are cores,
 * WebAssembly with jax-js on one thread. Ratios count, times do not.
 *
 *   deno task bench:peers [--peers DIR] [--shape tiny|mini|base]… [--device cpu|wasm]…
 *
 * DIR holds make_bench_model.py and torch_prompt_tuning.py; PYTHON names the interpreter that has torch and onnx.
 */
import { parseArgs } from "node:util";
import { join } from "@std/path";
import { compile, evaluate, type Graph, matrixFlops } from "../src/compiler/mod.ts";
import { readOnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import { chooseDevice } from "../src/device/choose.ts";
import { jaxJsStep, type JaxStep } from "./jax_js.ts";
import { matrixRate } from "./matrix_rate.ts";
import { operatorProfile } from "./operator_profile.ts";
import { ownForward } from "./own_forward.ts";
import { type Comparison, drawComparisons } from "./peers_chart.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";
import { timeInTurn } from "./time_in_turn.ts";

const SHAPES = { tiny: [2, 128], mini: [4, 256], base: [12, 768] } as const;
type Shape = keyof typeof SHAPES;
const VOCABULARY = 30522;

/** How many operators' times are printed; the file has all. */
const MOST_OPERATORS = 8;

/** How often each is timed on a device. WebGPU, which has no peer here, is timed by bench:devices. */
const ROUNDS = {
  cpu: { tiny: 20, mini: 10, base: 3 },
  wasm: { tiny: 5, mini: 3, base: 1 },
};
type Kind = keyof typeof ROUNDS;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    peers: { type: "string", default: "../shared/peers" },
    shape: { type: "string", multiple: true, default: Object.keys(SHAPES) },
    device: { type: "string", multiple: true, default: Object.keys(ROUNDS) },
  },
});
const python = Deno.env.get("PYTHON") ?? "python3";

const results: Comparison[] = [];
for (const shape of values.shape as Shape[]) {
  const path = await benchModel(shape);
  for (const kind of values.device as Kind[]) {
    results.push(await compare(shape, path, kind, ROUNDS[kind][shape]));
  }
}
await Deno.writeTextFile("bench/results.json", `${JSON.stringify(results, null, 2)}\n`);
await Deno.writeTextFile("bench/results.svg", drawComparisons(results));

/** The ONNX file of a shape, made once. */
async function benchModel(shape: Shape): Promise<string> {
  const [layers, width] = SHAPES[shape];
  const folder = join("data", "bench", shape);
  const path: string = join(folder, "onnx", "model.onnx");
  const made = await Deno.stat(path).catch(() => undefined);
  if (made === undefined) {
    await call("make_bench_model.py", "--layers", `${layers}`, "--hidden", `${width}`, "--out", folder);
  }
  return path;
}

/** Milliseconds of PyTorch's step, on as many threads as there are cores. */
async function torchStep(shape: Shape): Promise<number> {
  const threads = `${navigator.hardwareConcurrency}`;
  const text = await call("torch_prompt_tuning.py", "--bench", "--shape", shape, "--threads", threads);
  return JSON.parse(text)[shape].step_ms;
}

async function call(script: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [join(values.peers, script), ...args],
  })
    .output();
  if (code !== 0) throw new Error(`${python} ${script} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function compare(shape: Shape, path: string, kind: Kind, rounds: number): Promise<Comparison> {
  const [layers, width] = SHAPES[shape];
  const bytes = await Deno.readFile(path);
  const device = await chooseDevice(kind, console.error);
  let last: Graph | undefined;
  const { train } = compile(bytes, path, "embedding-output", "adamw", { onPass: (_, graph) => last = graph });
  const feeds = stepFeeds(width, VOCABULARY);
  const step = await device.open(train);
  const forward = await device.open(ownForward(bytes, path));
  const jax = kind === "wasm" && shape !== "base"
    ? await jaxJsStep(readOnnxFile(bytes, path), feeds)
    : undefined;
  if (jax !== undefined) sameGradient(jax, (await step.run(feeds)).gradient!.data as Float32Array);
  const times = await timeInTurn(rounds, {
    step: () => step.run(feeds),
    forward: () => forward.run(feeds),
    ...(jax !== undefined && { jax }),
  });
  await Promise.all([step.release(), forward.release()]);
  const rate = await matrixRate(device, width);
  const peerTime = kind === "cpu" ? await torchStep(shape) : times.jax;
  const flops = evaluate(matrixFlops(last!), SIZES);
  const profile = kind === "cpu" ? await operatorProfile(train, feeds) : undefined;
  const result: Comparison = {
    shape: `${layers}x${width}`,
    device: kind,
    on: device.description,
    step_ms: times.step!,
    forward_ms: times.forward!,
    step_over_forward: times.step! / times.forward!,
    gflop: flops / 1e9,
    gflops_per_second: flops / times.step! / 1e6,
    matrix_gflops_per_second: rate,
    share_of_matrix_rate: flops / rate / 1e6 / times.step!,
    floor_ms: flops / rate / 1e6,
    ...(peerTime !== undefined && {
      peer: kind === "cpu" ? "PyTorch" : "jax-js",
      peer_step_ms: peerTime,
      peer_over_ours: peerTime / times.step!,
    }),
    ...(profile && { operators_ms: profile }),
  };
  report(result);
  return result;
}

/** Prints a comparison: a line of its figures, and where the step's time goes. */
function report({ operators_ms, ...figures }: Comparison): void {
  const rounded = (value: unknown) => typeof value === "number" ? value.toPrecision(3) : value;
  console.log(Object.entries(figures).map(([key, value]) => `${key} ${rounded(value)}`).join("  "));
  const most = Object.entries(operators_ms ?? {}).slice(0, MOST_OPERATORS);
  if (most.length > 0) console.log(`  a step: ${most.map(([op, ms]) => `${op} ${rounded(ms)}`).join(", ")}`);
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
