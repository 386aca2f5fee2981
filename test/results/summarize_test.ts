import { assertAlmostEquals, assertEquals } from "@std/assert";
import { parse } from "@std/csv/parse";
import { summarize } from "../../src/results/summarize.ts";
import type { SummaryRow } from "../../src/results/summary.ts";
import { summaryCsv } from "../../src/results/summary_csv.ts";
import type { MetricsFile } from "../../src/results/metrics_file.ts";

const part = (accuracy: number, loss = 0.5) => ({
  accuracy: { value: accuracy, interval: [accuracy - 0.1, accuracy + 0.1] },
  macro_f1: accuracy,
  loss,
  expected_calibration_error: 0.1,
  illegal_rate: 0,
});

function row(length: number, seed: number, test?: number, validation?: number, loss?: number): SummaryRow {
  const variant = `length=${length},seed=${seed}`;
  return {
    experiment: "x",
    variant,
    settings: { "prompt.length": length, seed },
    seed,
    folder: variant,
    ...(test === undefined ? { status: "failed" as const, error: "it, broke" } : {
      status: "complete" as const,
      metrics: {
        status: "complete",
        best_step: 3,
        seconds: 1.5,
        test: part(test),
        ...(validation !== undefined && { validation: part(validation, loss) }),
      } as unknown as MetricsFile,
    }),
  };
}

const ROWS = [
  row(1, 0, 0.6, 0.62),
  row(1, 1, 0.7, 0.68),
  row(5, 0, 0.8, 0.7, 0.4),
  row(5, 1),
  row(20, 0, 0.7, 0.7, 0.5),
  row(20, 1, 0.9, 0.7, 0.5),
];

Deno.test("a summary has means and deviations over seeds, and what is missing", () => {
  const { groups } = summarize("x", ROWS);
  assertEquals(groups.map(({ settings, seeds, missing }) => [settings["prompt.length"], seeds, missing]), [
    [1, [0, 1], 0],
    [5, [0], 1],
    [20, [0, 1], 0],
  ]);
  assertAlmostEquals(groups[0]!.test.accuracy!.mean, 0.65);
  assertAlmostEquals(groups[0]!.test.accuracy!.sd!, Math.sqrt(0.005));
  assertEquals(groups[1]!.test.accuracy!.sd, null);
  // Student's t with one degree of freedom: 12.706 standard errors of 0.05.
  const [low, high] = groups[0]!.test.accuracy!.interval!;
  assertAlmostEquals(low, 0.65 - 12.7062 * 0.05, 1e-4);
  assertAlmostEquals(high, 0.65 + 12.7062 * 0.05, 1e-4);
  assertEquals(groups[1]!.test.accuracy!.interval, null);
});

Deno.test("the best is the best by validation, never by test; ties in accuracy are broken by the loss", () => {
  assertEquals(summarize("x", ROWS).best, 1);
  assertEquals(
    summarize("x", ROWS.map((one) => ({ ...one, metrics: undefined }) as unknown as SummaryRow)).best,
    null,
  );
});

Deno.test("the CSV has a row for each run, with its settings, its metrics and its group's spread", () => {
  const [first, , , failed, ...others] = parse(summaryCsv(summarize("x", ROWS)), { skipFirstRow: true });
  assertEquals(others.length, 2);
  assertEquals(
    [
      first!["prompt.length"],
      first!.seed,
      first!.status,
      first!.test_accuracy,
      first!.validation_accuracy,
      first!.best_by_validation,
    ],
    ["1", "0", "complete", "0.6", "0.62", "false"],
  );
  assertAlmostEquals(Number(first!.test_accuracy_mean), 0.65);
  assertEquals([failed!.status, failed!.error, failed!.test_accuracy, failed!.seeds], [
    "failed",
    "it, broke",
    "",
    "1",
  ]);
});

Deno.test("no cell of summary.csv begins a formula, and numbers stay numbers", () => {
  const formulas = ["=cmd()", "+1+cmd()", "-1+cmd()", "@sum(a)", "\tx"];
  const rows = formulas.map((value, i): SummaryRow => ({
    ...row(1, i, 0.6),
    settings: { "prompt.template": value, "training.optimizer.weightDecay": -1, "=key": i },
  }));
  const [header = [], ...lines]: string[][] = parse(summaryCsv(summarize("x", rows)));
  const column = (name: string) => lines.map((line) => line[header.indexOf(name)]);
  assertEquals(column("prompt.template"), formulas.map((value) => `'${value}`));
  assertEquals(new Set(column("training.optimizer.weightDecay")), new Set(["-1"]));
  assertEquals(header.includes("'=key"), true);
});

Deno.test("the best variant is chosen by accuracy, or by another metric that is asked for", () => {
  const rows = [row(1, 0, 0.6, 0.7, 0.3), row(5, 0, 0.6, 0.8, 0.6), row(20, 0, 0.6, 0.75, 0.2)];
  assertEquals(summarize("x", rows).best, 1);
  assertEquals(summarize("x", rows, [], "loss").best, 2);
  assertEquals(summarize("x", rows, [], "macro_f1").best, 1);
});
