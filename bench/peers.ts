// deno-lint-ignore-file no-console
/**
 * Our training step beside PyTorch's, beside jax-js's, and beside the model's own forward pass, on models with random weights: 44 text
 * and 20 prompt tokens. On the native CPU PyTorch takes the same step in two ways: as a user of PEFT writes it, with the logits of all
 * words at all positions, and with the head at the answer alone. On WebAssembly (`--device wasm`) the peer is jax-js, on one thread.
 * All take a step in turn; their losses, or gradients, must be equal first. Ratios count, times do not: each is a median with its 95%
 * interval, for which at least six rounds are needed.
 *
 *   deno task bench:peers [--shape 2x128|4x256|bert-base|gpt2|smollm2-135m]… [--device cpu|wasm]… [--rounds N] [--python PYTHON]
 *
 * PYTHON names an interpreter that has torch 2.13, transformers 5.18, peft 0.21 and onnx:
 *
 *   python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.18.0 peft==0.21.0 onnx
 */
import { parseArgs } from "node:util";
import { readOnnxFile } from "../src/compiler/frontend/onnx_file.ts";
import { comparedWithJax } from "./jax_comparison.ts";
import type { Comparison } from "./comparison.ts";
import { LEAST_PAIRS, type MedianRatio } from "./median_ratio.ts";
import { drawComparisons } from "./peers_chart.ts";
import { peerModel } from "./step_peer.ts";
import { comparedWithTorch } from "./torch_comparison.ts";

/** How often each step is taken on the native CPU, and the shapes of a BERT that jax-js takes. */
const SHAPES = {
  "2x128": { rounds: 20, hasJax: true },
  "4x256": { rounds: 10, hasJax: true },
  "bert-base": { rounds: LEAST_PAIRS, hasJax: false },
  "gpt2": { rounds: LEAST_PAIRS, hasJax: false },
  "smollm2-135m": { rounds: LEAST_PAIRS, hasJax: false },
} as const;
type Shape = keyof typeof SHAPES;

const BATCHES = [8, 32];

const { values } = parseArgs({
  args: Deno.args,
  options: {
    shape: { type: "string", multiple: true, default: Object.keys(SHAPES) },
    device: { type: "string", multiple: true, default: ["cpu", "wasm"] },
    rounds: { type: "string" },
    python: { type: "string", default: Deno.env.get("PYTHON") ?? "python3" },
  },
});

if (Number(values.rounds ?? LEAST_PAIRS) < LEAST_PAIRS) {
  throw new Error(`--rounds must be at least ${LEAST_PAIRS}`);
}

const results: Comparison[] = [];
for (const shape of values.shape as Shape[]) {
  const path = await peerModel(values.python, shape);
  const { rounds, hasJax } = SHAPES[shape];
  const many = Number(values.rounds ?? rounds);
  for (const batch of values.device.includes("cpu") ? BATCHES : []) {
    await report(await comparedWithTorch(values.python, shape, path, batch, many));
  }
  if (hasJax && values.device.includes("wasm")) {
    await report(
      await comparedWithJax(
        shape,
        readOnnxFile(await Deno.readFile(path), path),
        Math.max(LEAST_PAIRS, Math.ceil(many / 4)),
      ),
    );
  }
}

/** Prints a line of a comparison's figures, and writes those so far. */
async function report(comparison: Comparison): Promise<void> {
  results.push(comparison);
  await Deno.writeTextFile("bench/results.json", `${JSON.stringify(results, null, 2)}\n`);
  await Deno.writeTextFile("bench/results.svg", drawComparisons(results));
  const { operators_ms, ...figures } = comparison;
  const rounded = (value: number) => Number(value.toPrecision(3));
  const shown = (value: string | number | MedianRatio) => {
    if (typeof value === "string") return value;
    if (typeof value === "number") return rounded(value);
    return `${rounded(value.median)} (${value.interval.map(rounded).join(" to ")})`;
  };
  console.log(Object.entries(figures).map(([key, value]) => `${key} ${shown(value)}`).join("  "));
  const most = Object.entries(operators_ms ?? {}).slice(0, 8);
  if (most.length > 0) console.log(`  a step: ${most.map(([op, ms]) => `${op} ${rounded(ms)}`).join(", ")}`);
}
