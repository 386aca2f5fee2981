/**
 * By how much the runs of one experiment beat another's on the same test set, with the 95% interval of the difference.
 *
 *   deno task margin results/rt-hard results/rt-soft-20-vocabulary results/rt-soft-20-vocabulary/seed=*
 */
import { join } from "@std/path";
import { pairedDifference } from "../src/evaluation/significance.ts";

/** Which test examples a run gets right, in their order. */
async function rights(run: string): Promise<{ ids: string; right: number[] }> {
  const text = await Deno.readTextFile(join(run, "predictions.jsonl"));
  const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  return {
    ids: lines.map(({ text_sha256 }) => text_sha256).join(),
    right: lines.map(({ label, predicted }) => Number(label === predicted)),
  };
}

const [base, ...others] = await Promise.all(Deno.args.map(rights));
if (base === undefined || others.length === 0) {
  console.error("usage: deno task margin BASE_RUN RUN...");
  Deno.exit(2);
}
if (others.some(({ ids }) => ids !== base.ids)) {
  console.error("error: the runs were tested on different examples, so they cannot be paired");
  Deno.exit(2);
}
const accuracy = (right: readonly number[]) => right.reduce((a, b) => a + b, 0) / right.length;
const each = others.map(({ right }) => accuracy(right)), mean = accuracy(each);
const deviation = Math.sqrt(each.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, each.length - 1));
const { delta, interval: [low, high] } = pairedDifference([base.right], others.map(({ right }) => right));
const percent = (x: number) => (100 * x).toFixed(1);
console.log(
  `${percent(accuracy(base.right))}% against ${percent(mean)}% ± ${percent(deviation)} (${
    each.map(percent).join(", ")
  }): ` +
    `difference ${percent(delta)} points, 95% interval ${percent(low)} to ${percent(high)}`,
);
