// deno-lint-ignore-file no-console
/**
 * How much memory training takes: a process of its own for each size opens what a run opens (the step, the optimizer alone,
 * prediction), takes three steps and predicts once. Beside its peak stand the model's file and what the backward pass needs of
 * the forward pass, as the compiler counts it.
 *
 *   deno task bench:memory [FILE]        (by default data/bench/base/onnx/model.onnx, which bench:peers makes)
 */
import process from "node:process";
import { compile, evaluate, type Graph, savedActivationBytes } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";

const MIB = 2 ** 20;
const STEPS = 3;
const [file = "data/bench/base/onnx/model.onnx", batch, sequence] = Deno.args;

if (batch === undefined) {
  console.log("batch  tokens  model's file  kept  2.5 files and what is kept  peak  (MiB)");
  for (const sizes of [[8, 64], [16, 64], [32, 64], [16, 128]]) await measured(sizes.map(String));
} else await measure(Number(batch), Number(sequence));

/** Runs this program in a new process, whose peak is its own. */
async function measured(sizes: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      "--allow-ffi",
      import.meta.filename!,
      file,
      ...sizes,
    ],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) Deno.exit(1);
}

async function measure(batch: number, sequence: number): Promise<void> {
  const sizes = { ...SIZES, batch, sequence };
  const bytes = await Deno.readFile(file);
  const size = bytes.length / MIB;
  let step: Graph | undefined;
  const { train, update, predict, dimension } = compile(
    bytes,
    file,
    "embedding-output",
    "adamw",
    { onPass: (_, graph) => step = graph },
  );
  bytes.buffer.transfer(0);
  const device = await openCpu();
  const feeds = stepFeeds(dimension, 1000, sizes);
  const sessions = [await device.open(train), await device.open(update), await device.open(predict)];
  for (let i = 0; i < STEPS; i++) await sessions[0]!.run(feeds);
  await sessions[2]!.run(feeds);
  const kept = evaluate(savedActivationBytes(step!), sizes) / MIB;
  const peak = process.resourceUsage().maxRSS / 1024;
  const columns = [batch, sequence, size, kept, 2.5 * size + kept, peak];
  console.log(columns.map((x, i) => x.toFixed(0).padStart([5, 6, 12, 4, 26, 4][i]!)).join("  "));
}
