// deno-lint-ignore-file no-console
/**
 * Every device of this machine side by side, on the model that comes with the project (4 layers, width 256), batch 32, 44 text
 * and 20 prompt tokens: a training step, the model's own forward pass, the rate of the step's matrix products over the rate at
 * which the device multiplies one large matrix. Ratios count, times do not. Then, for WebGPU, what a step takes of the host, there and
 * at 12 layers of width 768, and what sessions hold on the GPU.
 *
 *   deno task bench:devices           all of it
 *   deno task bench:devices host      only what a step takes of the host
 *   deno task bench:devices memory    only what sessions hold on the GPU
 */
import { compile, evaluate, type Graph, matrixFlops, type Precision } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import {
  type Device,
  float32Tensor,
  type Replay,
  type ResidentSession,
  type Tensor,
} from "../src/device/device.ts";
import { stepReplay } from "../src/device/replay_of.ts";
import { openWasm } from "../src/device/wasm.ts";
import { findAdapter, openWebgpu } from "../src/device/webgpu.ts";
import { ON_DISK } from "../src/device/weight_files.ts";
import { tableLines } from "../src/terminal/table.ts";
import { familyFeeds, familyModel, readFamily } from "../test/compiler/family_step.ts";
import { relativeError } from "../test/compiler/graph_runner.ts";
import { sessionBytes } from "./gpu_memory.ts";
import { chromiumHostTime } from "./chromium_host.ts";
import { hostProcess } from "./host_process.ts";
import { HOST_SHAPES } from "./host_shapes.ts";
import { matrixRate } from "./matrix_rate.ts";
import { median } from "./median.ts";
import { ownForward } from "./own_forward.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";

const PATH = "data/models/reviews-mlm-mini/onnx/model.onnx";
const WIDTH = 256;
const VOCABULARY = 8000;

/** Rounds that count, after one that does not; a software adapter takes seconds for each. */
const ROUNDS = 10;
const SLOW_ROUNDS = 3;

/** The tokens of the batches of which sessions' memory is measured. */
const MEMORY_TOKENS = [24, 32, 40];

/** Milliseconds after which a device counts as hanging: two threads of WebAssembly can wait for each other. */
const PATIENCE = 300_000;

/** Small models of the tests whose step float64 PyTorch has computed; the largest error of a gradient is reported. */
const FAMILIES = ["bert-opset11", "distilbert-opset12", "roberta-opset14", "gpt2-opset11", "llama-opset14"];

const bytes = await Deno.readFile(PATH);
const adapter = await findAdapter();
const contenders: { name: string; precision: Precision; rounds: number; open: () => Promise<Device> }[] = [
  ...(adapter ? (["float32", "float16"] as const) : []).map((precision) => ({
    name: `WebGPU, ${precision}`,
    precision,
    rounds: adapter!.software ? SLOW_ROUNDS : ROUNDS,
    open: () => openWebgpu(ON_DISK),
  })),
  { name: "native CPU, all threads", precision: "float32", rounds: ROUNDS, open: () => openCpu() },
  ...[1, 2].map((threads) => ({
    name: `WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}`,
    precision: "float32" as const,
    rounds: SLOW_ROUNDS,
    open: () => openWasm(ON_DISK, threads),
  })),
];

/** Each contender in a process of its own: ONNX Runtime's builds for the web keep their number of threads. */
const [only] = Deno.args;
if (only !== undefined && only !== "host" && only !== "memory") {
  console.log(JSON.stringify(await measured(contenders[Number(only)]!)));
  Deno.exit(0);
} else {
  console.log(
    adapter ? `WebGPU adapter: ${adapter.name}${adapter.software ? " (software)" : ""}` : "no WebGPU adapter",
  );
  if (only === undefined) await tellDevices();
  if (adapter && only !== "memory") await tellHost();
  if (adapter && only !== "host") await tellMemory();
}

async function tellDevices(): Promise<void> {
  const rows: string[][] = [];
  for (const [i, { name }] of contenders.entries()) rows.push([name, ...await inProcess(i)]);
  const header = [
    "device",
    "step",
    "own forward",
    "step / forward",
    "GFLOP/s",
    "matrix rate",
    "share",
    "gradient error",
  ];
  for (const line of tableLines(header, rows)) console.log(line);
}

async function tellHost(): Promise<void> {
  const rows: string[][] = [];
  for (const shape of Object.keys(HOST_SHAPES)) {
    const times = Object.entries(await hostProcess("bench/host_steps.ts", [shape]));
    rows.push(...times.map(([name, { least, median, calls }]) => [
      `${shape}: ${name}`,
      `${least.toFixed(1)} ms`,
      `${median.toFixed(1)} ms`,
      ...Object.values(calls).map((count) => count.toFixed(0)),
    ]));
  }
  const page = await chromiumHostTime();
  if (page === undefined) console.log("left out, as there is no Chromium: its main thread");
  else {
    rows.push([
      "4x256 in Chromium: step, replayed",
      `${page.least.toFixed(1)} ms`,
      `${page.median.toFixed(1)} ms`,
    ]);
  }
  const header = ["host", "least", "median", "dispatches", "passes", "submits", "writes", "reads"];
  for (const line of tableLines(header, rows)) console.log(line);
}

/** What sessions hold on the GPU: with batches of one text, weights above all. */
async function tellMemory(): Promise<void> {
  const device = await openWebgpu(ON_DISK);
  const { train, answer } = compile(bytes, PATH, "embedding-output", "adamw", { target: "webgpu" });
  const batches = MEMORY_TOKENS.map((sequence) =>
    stepFeeds(WIDTH, VOCABULARY, { ...SIZES, batch: 1, length: 10, sequence })
  );
  const held = async (graphs: readonly (typeof train)[], shapes: number, replay?: Replay) => {
    const taken = await sessionBytes(graphs, batches.slice(0, shapes), device.openResident, replay);
    return `${(taken / 2 ** 20).toFixed(1)} MiB`;
  };
  const rows: string[][] = [];
  const sessions = { step: [train], answers: [answer], both: [train, answer] };
  for (const [name, graphs] of Object.entries(sessions)) {
    const replay = { ...stepReplay(fail), what: name };
    rows.push([
      name,
      await held(graphs, 1),
      await held(graphs, 1, replay),
      await held(graphs, batches.length, replay),
    ]);
  }
  const header = ["on the GPU", "without recordings", "one shape recorded", `${batches.length} shapes`];
  for (const line of tableLines(header, rows)) console.log(line);
}

function fail(line: string): never {
  throw new Error(line);
}

async function inProcess(at: number): Promise<string[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      "--allow-ffi",
      import.meta.filename!,
      `${at}`,
    ],
    stderr: "inherit",
    stdout: "piped",
  }).spawn();
  const timeout = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  const { code, signal, stdout } = await child.output();
  clearTimeout(timeout);
  if (signal === "SIGKILL") return ["hung"];
  if (code !== 0) return ["failed"];
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function measured({ precision, rounds, open }: typeof contenders[number]): Promise<string[]> {
  const device = await open();
  if (precision === "float16" && !device.float16) return ["the adapter has no shader-f16"];
  let last: Graph | undefined;
  const { train } = compile(bytes, PATH, "embedding-output", "adamw", {
    target: device.kind === "webgpu" ? "webgpu" : "cpu",
    precision,
    onPass: (_, graph) => last = graph,
  });
  const feeds = stepFeeds(WIDTH, VOCABULARY);
  const session = await device.openResident(train);
  const forward = await device.open(ownForward(bytes, PATH));
  const step = await timed(rounds, () => stepTaken(session, feeds));
  const own = await timed(rounds, () => forward.run(feeds));
  const rate = await matrixRate(device, WIDTH);
  const reached = evaluate(matrixFlops(last!), SIZES) / step / 1e6;
  return [
    `${step.toFixed(0)} ms`,
    `${own.toFixed(0)} ms`,
    (step / own).toFixed(2),
    reached.toFixed(1),
    rate.toFixed(1),
    `${(100 * reached / rate).toFixed(0)}%`,
    (await gradientError(device, precision)).toExponential(0),
  ];
}

/** The largest relative error of a gradient, against float64 PyTorch. */
async function gradientError(device: Device, precision: Precision): Promise<number> {
  const errors: number[] = [];
  for (const name of FAMILIES) {
    const path = familyModel(name);
    const reference = await readFamily(name);
    const { train } = compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
      target: device.kind === "webgpu" ? "webgpu" : "cpu",
      precision,
    });
    const feeds = familyFeeds(reference, "embedding-output");
    const session = await device.open(train);
    const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
    const { gradient } = await session.run({ ...feeds, first_moment: zeros, second_moment: zeros });
    errors.push(
      relativeError(gradient!.data as Float32Array, reference["embedding-output"].gradient.flat()),
    );
    await session.release();
  }
  return Math.max(...errors);
}

/** A step, and the wait for its loss. */
async function stepTaken(session: ResidentSession, feeds: Record<string, Tensor>): Promise<void> {
  const outputs = await session.run(feeds);
  await outputs.loss!.read();
  for (const output of Object.values(outputs)) output.free();
}

async function timed(rounds: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = -1; i < rounds; i++) {
    const start = performance.now();
    await call();
    if (i >= 0) times.push(performance.now() - start);
  }
  return median(times);
}
