// deno-lint-ignore-file no-console
/**
 * The memory of one training step with text targets, in a process of its own:
 *
 *   vocabulary_step.ts MODEL FORM WORDS SIZE        (a form: compiled or naive)
 */
import process from "node:process";
import { symbol } from "../src/compiler/graph/dimension.ts";
import type { Graph } from "../src/compiler/graph/graph.ts";
import { readOnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import { emitForTarget } from "../src/compiler/lower_for_target.ts";
import { Builder } from "../src/compiler/ops/builder.ts";
import type { Pass } from "../src/compiler/passes/pass.ts";
import { noGraph, runPasses } from "../src/compiler/passes/run_passes.ts";
import { frontend, promptStep, splicePrompt, textStep } from "../src/compiler/pipeline.ts";
import { READ_TARGETS } from "../src/compiler/text_pipeline.ts";
import { openCpu } from "../src/device/cpu.ts";
import { float32Tensor, int64Tensor } from "../src/device/device.ts";
import { stepFeeds } from "./step_feeds.ts";

const [path, form, words, size] = Deno.args;
const SIZES = { batch: 32, sequence: 64, length: 20, classes: 2, words: 2 };
const TARGET = 32;
const STEPS = 2;

/** The logarithms of the targets' probabilities as one writes them down: over the whole vocabulary, and differentiated as they are. */
function naively(graph: Graph): Graph {
  const b = Builder.of(graph);
  const rows = [symbol("batch"), symbol("target")];
  const logits = graph.outputs.get("target_logits")!;
  const ids = b.input("target_ids", "int64", rows);
  const shifted = b.subtract(logits, b.op("ReduceMax", [logits, b.integers([2])], { keepdims: 1 }));
  const logTotal = b.op("Log", [b.sum(b.op("Exp", [shifted]), [2])]);
  const picked = b.op("GatherElements", [shifted, b.reshape(ids, [...rows, 1])], { axis: 2 });
  const logprobs = b.reshape(b.subtract(picked, logTotal), rows);
  return b.graph(new Map([["target_logprobs", logprobs]]));
}

/** The passes of a training step: the compiler's, or with the logarithms as one writes them down. */
function stepOf(form: string): readonly Pass[] {
  const own = textStep("adamw", "float32");
  if (form === "compiled") return own;
  const [score, loss, differentiate, ...rest] = own;
  const naiveGradient = promptStep("plain", "adamw", { target: "cpu", precision: "float32" })[1]!;
  return [{ ...score!, run: naively }, loss!, { ...differentiate!, run: naiveGradient.run }, ...rest];
}

const file = readOnnxFile(await Deno.readFile(path!), path!);
const passes = [...frontend(file), splicePrompt("word-embeddings", "one"), ...READ_TARGETS, ...stepOf(form!)];
const step = emitForTarget(
  runPasses(noGraph(path!), passes),
  { target: "cpu", precision: "float32" },
  "train",
  "step",
  {},
);
const session = await (await openCpu()).open(step);
const rows = Array.from({ length: SIZES.batch * TARGET }, (_, i) => i);
const feeds = {
  ...stepFeeds(Number(size), Number(words), SIZES),
  target_rows: int64Tensor(rows.map((i) => SIZES.length + i % TARGET), [SIZES.batch, TARGET]),
  target_ids: int64Tensor(rows.map((i) => (i * 7919) % Number(words)), [SIZES.batch, TARGET]),
  target_weights: float32Tensor(new Float32Array(rows.length).fill(1), [SIZES.batch, TARGET]),
};
for (let i = 0; i < STEPS; i++) await session.run(feeds);
console.log(process.resourceUsage().maxRSS * 1024);
