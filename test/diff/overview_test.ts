import { assertEquals } from "@std/assert";
import { compare } from "../../src/diff/compare.ts";
import { overview } from "../../src/diff/overview.ts";
import { madeUpRun } from "./runs.ts";

Deno.test("an overview has a line for each comparison, with its accuracy and what else got better or worse", () => {
  /** A run that is wrong on one of `every` examples, and gives its predictions the probability `sure`. */
  const run = (every: number, sure: number) =>
    madeUpRun({
      good: Array.from({ length: 200 }, (_, i) => (i % 2 === 1) === (i % every !== 0) ? sure : 1 - sure),
    });
  const group = (name: string, every: number, sure: number) => ({ name, runs: [run(every, sure)] });
  const base = group("", 5, 0.7);
  const rows = overview(compare([
    { variant: "same", a: base, b: base },
    { variant: "surer", a: base, b: group("surer", 20, 0.95) },
  ], { alpha: 0.05, resamples: 1000, seed: 0 }));
  assertEquals(
    rows.map(({ variant, a, b, verdict, others }) => [variant, a, b, verdict, others]),
    [
      ["same", "80.0%", "80.0%", "no evidence either way", ""],
      ["surer", "80.0%", "95.0%", "better", "macro F1 better, loss better, calibration error better"],
    ],
  );
});
