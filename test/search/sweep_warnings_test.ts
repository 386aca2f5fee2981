import { assertEquals } from "@std/assert";
import { summarize } from "../../src/results/summarize.ts";
import type { SummaryRow } from "../../src/results/summary.ts";
import { sweepWarnings } from "../../src/search/sweep_warnings.ts";

const RATE = "training.optimizer.learningRate";

/** A sweep over the learning rate, with a validation accuracy for each rate and seed. */
function warnings(accuracies: Readonly<Record<string, readonly number[]>>) {
  const rows = Object.entries(accuracies).flatMap(([rate, values]) =>
    values.map((value, seed): SummaryRow => {
      const part = {
        accuracy: { value, interval: [0, 1] },
        macro_f1: 0,
        loss: 1,
        expected_calibration_error: 0,
      };
      return {
        experiment: "x",
        variant: `${rate},${seed}`,
        settings: { [RATE]: Number(rate), seed },
        seed,
        status: "complete",
        folder: `${rate},${seed}`,
        metrics: { status: "complete", test: part, validation: part } as unknown as NonNullable<
          SummaryRow["metrics"]
        >,
      };
    })
  );
  return sweepWarnings(summarize("x", rows), "accuracy").map(({ kind }) => kind);
}

Deno.test("a best learning rate at the sweep's edge is reported, and one in the middle is not", () => {
  assertEquals(warnings({ 0.001: [0.5, 0.5], 0.01: [0.6, 0.61], 0.1: [0.8, 0.79] }), ["edge"]);
  assertEquals(warnings({ 0.001: [0.5, 0.5], 0.01: [0.8, 0.79], 0.1: [0.6, 0.6] }), []);
});

Deno.test("three seeds that differ by more than the values of the sweep do are reported; two say too little", () => {
  const near = { 0.001: [0.6, 0.6, 0.6], 0.01: [0.5, 0.8, 0.6], 0.1: [0.62, 0.62, 0.62] };
  assertEquals(warnings(near), ["seeds_differ_more"]);
  assertEquals(warnings({ 0.001: [0.6, 0.6], 0.01: [0.5, 0.8], 0.1: [0.62, 0.62] }), []);
});
