// deno-lint-ignore-file no-console
/**
 * The memory of one training step with text targets, in a process of its own:
 *
 *   vocabulary_step.ts MODEL FORM WORDS SIZE        (a form: parts, whole, naive)
 */
import process from "node:process";
import { symbol } from "../src/compiler/graph/dimension.ts";
import type { Graph } from "../src/compiler/graph/graph.ts";
import { readOnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import { emitForTarget } from "../src/compiler/lower_for_target.ts";
import { Builder } from "../src/compiler/ops/builder.ts";
import { addTextLoss } from "../src/compiler/passes/text_loss.ts";
import type { Pass } from "../src/compiler/passes/pass.ts";
import { noGraph, runPasses } from "../src/compiler/passes/run_passes.ts";
import { scoreTargets } from "../src/compiler/passes/score_targets.ts";
import { frontend, promptStep, READ_TARGETS, splicePrompt, textStep } from "../src/compiler/pipeline.ts";
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

/** The passes of a training step in a form. */
function stepOf(form: string): readonly Pass[] {
  const [score, , differentiate, ...rest] = textStep("adamw", "float32");
  if (form === "parts") return textStep("adamw", "float32");
  if (form.startsWith("most")) {
    const whole: Pass = { ...score!, run: (graph) => scoreTargets(graph, "slope", Number(form.slice(4))) };
    return [whole, ...textStep("adamw", "float32").slice(1)];
  }
  const naive: Pass = { ...score!, run: naively };
  const loss: Pass = { ...textStep("adamw", "float32")[1]!, run: addTextLoss };
  const backward: Pass = { ...differentiate!, run: promptStep("plain", "adamw", "float32")[1]!.run };
  return [naive, loss, backward, ...rest];
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
console.log(`before opening ${process.resourceUsage().maxRSS / 1024} MiB`);
const session = await (await openCpu()).open(step);
console.log(`opened ${process.resourceUsage().maxRSS / 1024} MiB`);
const rows = Array.from({ length: SIZES.batch * TARGET }, (_, i) => i);
const feeds = {
  ...stepFeeds(Number(size), Number(words), SIZES),
  target_rows: int64Tensor(rows.map((i) => SIZES.length + i % TARGET), [SIZES.batch, TARGET]),
  target_ids: int64Tensor(rows.map((i) => (i * 7919) % Number(words)), [SIZES.batch, TARGET]),
  target_weights: float32Tensor(new Float32Array(rows.length).fill(1), [SIZES.batch, TARGET]),
};
const started = performance.now();
for (let i = 0; i < STEPS; i++) await session.run(feeds);
console.log(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000 / STEPS,
    peak: process.resourceUsage().maxRSS * 1024,
  }),
);
