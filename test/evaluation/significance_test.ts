import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { pairedDifference } from "../../src/evaluation/significance.ts";
import { RandomStream } from "../../src/experiment/random_stream.ts";

const stream = new RandomStream(0, "test");
const coin = (share: number) => Array.from({ length: 1000 }, () => Number(stream.uniform(0, 1) < share));

Deno.test("the interval of a paired difference is that of its normal approximation", () => {
  const a = coin(0.65),
    b = a.map((right) => stream.uniform(0, 1) < 0.2 ? Number(stream.uniform(0, 1) < 0.8) : right);
  const { delta, interval: [low, high] } = pairedDifference([a], [b]);
  const differences = a.map((right, i) => b[i]! - right),
    mean = differences.reduce((x, y) => x + y, 0) / 1000;
  const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 999;
  assertAlmostEquals(delta, mean);
  assertAlmostEquals(low, mean - 1.96 * Math.sqrt(variance / 1000), 2e-3);
  assertAlmostEquals(high, mean + 1.96 * Math.sqrt(variance / 1000), 2e-3);
});

Deno.test("runs that differ widen the interval, and equal sides have none", () => {
  const a = coin(0.6), runs = [coin(0.65), coin(0.75), coin(0.7)];
  const width = ({ interval: [low, high] }: ReturnType<typeof pairedDifference>) => high - low;
  assert(width(pairedDifference([a], runs)) > width(pairedDifference([a], [runs[2]!, runs[2]!, runs[2]!])));
  assertEquals(pairedDifference([a], [a]), { delta: 0, interval: [0, 0] });
});

Deno.test("runs on different test sets are refused", () => {
  assertThrows(() => pairedDifference([[1, 0]], [[1]]), RangeError, "different test examples");
});
