/**
 * The paired bootstrap of a diff: 100 comparisons of two runs on 300 test examples, over 10,000 resamples. A diff of 500 runs
 * with 500 others takes five times as long for it (about 5 s on a core of an AMD EPYC of 2026), and as long as half of that for
 * the rest: reading, checking and writing.
 *
 *   deno task bench
 */
import { RandomStream } from "../src/base/random_stream.ts";
import { pairedBootstraps } from "../src/evaluation/paired_bootstrap.ts";
import { ScoredRun } from "../src/evaluation/scored_run.ts";

const stream = new RandomStream(0, "bench");

function madeUpRun(): ScoredRun {
  const scored = Array.from({ length: 300 }, (_, i) => {
    const sure = stream.uniform(0.5, 1);
    const predicted = stream.integer(2);
    const probabilities = predicted === 0 ? [sure, 1 - sure] : [1 - sure, sure];
    return { label: i % 2, predicted, probabilities, illegal: i % 10 === 0 };
  });
  return new ScoredRun(scored, 2);
}

const pairs = Array.from({ length: 100 }, () => ({
  a: [madeUpRun()],
  b: [madeUpRun()],
  areRunsPaired: false,
}));

Deno.bench({ name: "paired bootstrap, 100 comparisons", n: 5, warmup: 1 }, () => {
  pairedBootstraps(pairs, { alpha: 0.05, resamples: 10_000, seed: 0 });
});
