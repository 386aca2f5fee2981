import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { pairedBootstrap, pairedBootstraps, type Sides } from "../../src/evaluation/paired_bootstrap.ts";
import { ScoredRun } from "../../src/evaluation/scored_run.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

const OPTIONS = { alpha: 0.05, resamples: 10_000, seed: 0, areRunsPaired: false };
const stream = new RandomStream(0, "test");
const coin = (share: number, length = 1000) =>
  Array.from({ length }, () => Number(stream.uniform(0, 1) < share));

/** A run that is right where there is a 1. */
const run = (right: readonly number[]) =>
  new ScoredRun(
    right.map((one) => ({ label: 1, predicted: one, probabilities: [0.5, 0.5], illegal: false })),
    2,
  );
const accuracy = (right: readonly number[]) => right.reduce((sum, one) => sum + one, 0) / right.length;

/** All ways to draw `count` of `n` things with replacement. */
function draws(n: number, count: number): number[][] {
  return count === 0
    ? [[]]
    : draws(n, count - 1).flatMap((drawn) => Array.from({ length: n }, (_, i) => [...drawn, i]));
}

Deno.test("the interval of a paired difference is that of its normal approximation", () => {
  const a = coin(0.65);
  const b = a.map((right) => stream.uniform(0, 1) < 0.2 ? coin(0.8, 1)[0]! : right);
  const { accuracy: { delta, interval: [low, high], standardError } } = pairedBootstrap(
    [run(a)],
    [run(b)],
    OPTIONS,
  );
  const differences = a.map((right, i) => b[i]! - right);
  const mean = accuracy(b) - accuracy(a);
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 1000;
  assertAlmostEquals(delta, mean);
  assertAlmostEquals(standardError, Math.sqrt(variance / 1000), 3e-4);
  assertAlmostEquals(low, mean - 1.96 * Math.sqrt(variance / 1000), 2e-3);
  assertAlmostEquals(high, mean + 1.96 * Math.sqrt(variance / 1000), 2e-3);
});

Deno.test("over examples and runs, the resamples are those of all draws there are, by brute force", () => {
  const a = [[1, 0, 0, 1]];
  const b = [[1, 1, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0]];
  const at = (runs: readonly number[][], drawn: readonly number[], examples: readonly number[]) =>
    accuracy(drawn.map((r) => accuracy(examples.map((i) => runs[r]![i]!))));
  const all = draws(4, 4).flatMap((examples) =>
    draws(3, 2).map((runs) => at(b, runs, examples) - at(a, [0], examples))
  );
  const mean = accuracy(all);
  const sd = Math.sqrt(accuracy(all.map((x) => (x - mean) ** 2)));
  const { accuracy: found } = pairedBootstrap(a.map(run), b.map(run), { ...OPTIONS, resamples: 40_000 });
  const against = all.filter((x) => x <= 0).length / all.length;
  assertAlmostEquals(found.standardError, sd, 0.003);
  assertAlmostEquals(found.p, Math.min(1, 2 * against), 0.02);
});

Deno.test("n - 1 of n runs are drawn, so that the runs' variance is not understated", () => {
  const right = (share: number) => Array.from({ length: 1000 }, (_, i) => Number(i < share * 1000));
  // Examples hardly matter: each run is right on all of them or on none.
  const runs = [1, 1, 0, 1, 0].map((one) => run(right(one)));
  const { accuracy: { standardError } } = pairedBootstrap([run(right(0))], runs, OPTIONS);
  const variance = [1, 1, 0, 1, 0].reduce((sum, x) => sum + (x - 0.6) ** 2, 0) / 4;
  assertAlmostEquals(standardError, Math.sqrt(variance / 5), 0.005);
});

Deno.test("runs of the same seeds are drawn together: what the seed does to both sides cancels out", () => {
  const luck = [0.5, 0.7, 0.9];
  const sides = luck.map((share) => coin(share));
  const a = sides.map(run);
  const b = sides.map((right) => run(right.map((one, i) => i % 50 === 0 ? 1 : one)));
  const width = (areRunsPaired: boolean) => {
    const { interval: [low, high] } = pairedBootstrap(a, b, { ...OPTIONS, areRunsPaired }).accuracy;
    return high - low;
  };
  assert(width(true) < width(false) / 5, `${width(true)} against ${width(false)}`);
});

Deno.test("sides that are equal are no evidence, and the same seed draws the same", () => {
  const a = coin(0.6);
  const b = coin(0.7);
  const { delta, interval, p } = pairedBootstrap([run(a)], [run(a)], OPTIONS).accuracy;
  assertEquals([delta, ...interval, p], [0, 0, 0, 1]);
  assertEquals(pairedBootstrap([run(a)], [run(b)], OPTIONS), pairedBootstrap([run(a)], [run(b)], OPTIONS));
});

Deno.test("runs on different test sets are refused", () => {
  assertThrows(
    () => pairedBootstrap([run([1, 0])], [run([1])], OPTIONS),
    RangeError,
    "different test examples",
  );
});

Deno.test("many comparisons are what each of them is alone, and those of the same numbers share their draws", () => {
  const options = { alpha: 0.05, resamples: 50, seed: 3 };
  const alone = (): Sides => ({ a: [run(coin(0.6, 40))], b: [run(coin(0.7, 40))], areRunsPaired: false });
  const seeds = (): Sides => ({
    a: [0, 1, 2].map(() => run(coin(0.6, 40))),
    b: [run(coin(0.7, 40))],
    areRunsPaired: false,
  });
  const pairs = [
    ...Array.from({ length: 250 }, alone),
    seeds(),
    ...Array.from({ length: 10 }, alone),
    seeds(),
  ];
  const { integer } = RandomStream.prototype;
  let draws = 0;
  RandomStream.prototype.integer = function (below) {
    draws++;
    return integer.call(this, below);
  };
  const together = pairedBootstraps(pairs, options);
  RandomStream.prototype.integer = integer;
  // 260 pairs of one run each are taken 256 at a time; two of three runs draw two of these, too.
  assertEquals(draws, 50 * (2 * 40 + 40 + 2));
  assertEquals(
    together,
    pairs.map(({ a, b, areRunsPaired }) => pairedBootstrap(a, b, { ...options, areRunsPaired })),
  );
});
