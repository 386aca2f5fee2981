import { assertAlmostEquals, assertEquals } from "@std/assert";
import { calibrationError, reliabilityBins } from "../../src/evaluation/calibration.ts";

const predictions = [
  { confidence: 0.95, correct: true },
  { confidence: 0.91, correct: false },
  { confidence: 0.62, correct: true },
  { confidence: 1, correct: true },
];

Deno.test("a reliability diagram has the mean confidence and accuracy of each bin", () => {
  const bins = reliabilityBins(predictions);
  assertEquals(bins.map(({ count }) => count), [0, 0, 0, 0, 0, 0, 1, 0, 0, 3]);
  assertEquals(bins[6]!.range, [0.6, 0.7]);
  assertAlmostEquals(bins[9]!.confidence, (0.95 + 0.91 + 1) / 3);
  assertAlmostEquals(bins[9]!.accuracy, 2 / 3);
});

Deno.test("the calibration error is the bins' gaps weighted by their sizes", () => {
  assertAlmostEquals(calibrationError(predictions), (Math.abs(0.95 + 0.91 + 1 - 2) + 0.38) / 4);
});
