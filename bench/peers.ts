/**
 * Our training step beside PyTorch's (as PEFT does it) and beside the model's own forward pass, on BERT shapes with random
 * weights: batch 32, 44 text and 20 prompt tokens, on as many threads as there are cores. Ratios count, times do not.
 *
 *   deno task bench:peers [--peers DIR] [--shape tiny|mini|base]…
 *
 * DIR holds make_bench_model.py and torch_prompt_tuning.py; PYTHON names the interpreter that has torch and onnx.
 */
import { parseArgs } from "node:util";
import { join } from "@std/path";
import { compile, evaluate, type Graph, matrixFlops } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import type { Session, Tensor } from "../src/device/device.ts";
import { openWasm } from "../src/device/wasm.ts";
import { matrixRate } from "./matrix_rate.ts";
import { median } from "./median.ts";
import { ownForward } from "./own_forward.ts";
import { type Comparison, drawComparisons } from "./peers_chart.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";

const SHAPES = { tiny: [2, 128], mini: [4, 256], base: [12, 768] } as const;
const VOCABULARY = 30522;

/** How often each is timed. */
const ROUNDS = { tiny: 20, mini: 10, base: 3 };

const { values } = parseArgs({
  args: Deno.args,
  options: {
    peers: { type: "string", default: "../shared/peers" },
    shape: { type: "string", multiple: true, default: Object.keys(SHAPES) },
  },
});
const python = Deno.env.get("PYTHON") ?? "python3";

const results: Comparison[] = [];
for (const name of values.shape as (keyof typeof SHAPES)[]) {
  const path = await benchModel(name);
  const torch = await torchStep(name);
  results.push(await compare(name, path, "cpu", torch));
  // One thread of WebAssembly takes minutes for the largest.
  if (name !== "base") results.push(await compare(name, path, "wasm", torch));
}
await Deno.writeTextFile("bench/results.json", `${JSON.stringify(results, null, 2)}\n`);
await Deno.writeTextFile("bench/results.svg", drawComparisons(results));

/** The ONNX file of a shape, made once. */
async function benchModel(name: keyof typeof SHAPES): Promise<string> {
  const [layers, width] = SHAPES[name], folder = join("data", "bench", name);
  const path: string = join(folder, "onnx", "model.onnx");
  const made = await Deno.stat(path).catch(() => undefined);
  if (made === undefined) {
    await call("make_bench_model.py", "--layers", `${layers}`, "--hidden", `${width}`, "--out", folder);
  }
  return path;
}

/** PyTorch's step and forward pass, milliseconds. */
async function torchStep(name: string): Promise<{ step_ms: number; forward_ms: number }> {
  const threads = `${navigator.hardwareConcurrency}`;
  const text = await call("torch_prompt_tuning.py", "--bench", "--shape", name, "--threads", threads);
  return JSON.parse(text)[name];
}

async function call(script: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [join(values.peers, script), ...args],
  })
    .output();
  if (code !== 0) throw new Error(`${python} ${script} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function compare(
  name: keyof typeof SHAPES,
  path: string,
  kind: "cpu" | "wasm",
  torch: { step_ms: number; forward_ms: number },
): Promise<Comparison> {
  const device = await (kind === "cpu" ? openCpu() : openWasm());
  const bytes = await Deno.readFile(path);
  let last: Graph | undefined;
  const { train, dimension } = compile(bytes, path, "embedding-output", "adamw", (_, graph) => last = graph);
  const feeds = stepFeeds(dimension, VOCABULARY);
  const step = await device.open(train), forward = await device.open(ownForward(bytes, path));
  const times = await inTurn(feeds, { step, forward }, kind === "cpu" ? ROUNDS[name] : 3);
  const rate = await matrixRate(device, dimension);
  await Promise.all([step.release(), forward.release()]);
  const flops = evaluate(matrixFlops(last!), SIZES), floor = flops / rate / 1e6;
  const result: Comparison = {
    shape: `${SHAPES[name][0]}x${SHAPES[name][1]}`,
    device: kind,
    step_ms: times.step!,
    forward_ms: times.forward!,
    step_over_forward: times.step! / times.forward!,
    gflop: flops / 1e9,
    gflops_per_second: flops / times.step! / 1e6,
    matrix_gflops_per_second: rate,
    share_of_matrix_rate: floor / times.step!,
    torch_step_ms: torch.step_ms,
    torch_over_ours: torch.step_ms / times.step!,
  };
  console.log(
    Object.entries(result).map(([key, value]) =>
      `${key} ${typeof value === "number" ? value.toPrecision(3) : value}`
    ).join("  "),
  );
  return result;
}

/**
 * The median milliseconds of each session, run in turn, some runs each: the first of them does not count, as the threads of
 * the session before it still wait for work.
 */
async function inTurn(
  feeds: Record<string, Tensor>,
  sessions: Readonly<Record<string, Session>>,
  rounds: number,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {}, each = Math.min(5, rounds);
  for (let round = 0; round < rounds; round += each) {
    for (const [name, session] of Object.entries(sessions)) {
      for (let i = -1; i < each; i++) {
        const start = performance.now();
        await session.run(feeds);
        if (i >= 0) (times[name] ??= []).push(performance.now() - start);
      }
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}
