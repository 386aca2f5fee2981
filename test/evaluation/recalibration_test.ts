import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { calibrated, contextualShift, fittedTemperature } from "../../src/evaluation/recalibration.ts";
import { softmax } from "../../src/evaluation/softmax.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

Deno.test("contextual calibration makes all classes equally likely where there is no content", () => {
  const contentFree = [[2, 0, -1], [1, 1, 0]];
  const shift = contextualShift(contentFree);
  const mean = contentFree.map(softmax);
  for (const c of [0, 1, 2]) assertAlmostEquals(Math.exp(shift[c]!), (mean[0]![c]! + mean[1]![c]!) / 2);
  const one = contextualShift([[3, -2]]);
  assertEquals(softmax(calibrated([3, -2], { shift: one })).map((p) => p.toFixed(6)), [
    "0.500000",
    "0.500000",
  ]);
  // p / p_cf, normalized: the definition.
  const [p, free] = [softmax([1, 0.5]), softmax([3, -2])];
  const weighted = p.map((x, c) => x / free[c]!);
  const total = weighted[0]! + weighted[1]!;
  assertAlmostEquals(softmax(calibrated([1, 0.5], { shift: one }))[0]!, weighted[0]! / total, 1e-12);
});

Deno.test("the temperature that labels were drawn at is found again", () => {
  const stream = new RandomStream(0, "calibration");
  for (const temperature of [0.5, 1, 3]) {
    const logits = Array.from({ length: 20000 }, () => [stream.uniform(-4, 4), stream.uniform(-4, 4)]);
    const labels = logits.map((row) => {
      const p = softmax(calibrated(row, { temperature }));
      return Number(stream.uniform(0, 1) > p[0]!);
    });
    const found = fittedTemperature(logits, labels);
    assert(Math.abs(found / temperature - 1) < 0.06, `${found}, not ${temperature}`);
  }
});

Deno.test("where everything is right, the temperature is the lowest of the range", () => {
  assertAlmostEquals(fittedTemperature([[1, 0], [0, 1]], [0, 1]), 0.05, 1e-6);
});
