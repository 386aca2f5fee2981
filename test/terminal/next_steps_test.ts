import { assertEquals } from "@std/assert";
import type { WrittenSummary } from "../../src/batch/write_summaries.ts";
import { rankedByValidation, summarize } from "../../src/results/summarize.ts";
import type { SummaryRow } from "../../src/results/summary.ts";
import { nextSteps, summaryLines } from "../../src/terminal/next_steps.ts";
import { madeUpRun } from "../diff/runs.ts";

Deno.test("after a run its report is named, and what it can be compared with", () => {
  assertEquals(nextSteps(["results/soft"], "results/hard"), [
    "",
    "report: results/soft/report.html",
    "next: deno task diff results/hard results/soft",
  ]);
  assertEquals(nextSteps(["results/soft"], undefined), [
    "",
    "report: results/soft/report.html",
    "next: deno task diff RUN results/soft compares it with another run",
  ]);
  assertEquals(nextSteps([], undefined), []);
});

Deno.test("of several runs the first is compared with the last; paths are words of a shell", () => {
  assertEquals(nextSteps(["a run", "it's"], undefined).slice(1), [
    "report: a run/report.html",
    "report: it's/report.html",
    String.raw`next: deno task diff 'a run' 'it'\''s'`,
  ]);
  assertEquals(nextSteps(["a", "b", "c", "d"], undefined).slice(1), [
    "reports: report.html in each of these folders",
    "next: deno task diff a d",
  ]);
});

Deno.test("the best variant of a batch is that of the highest mean validation accuracy, and not of the test set", () => {
  const { metrics } = madeUpRun({ good: [0.5, 0.5] });
  const row = (length: number, seed: number, validation: number, test: number): SummaryRow => {
    const part = (value: number) => ({ ...metrics.test, accuracy: { ...metrics.test.accuracy, value } });
    const variant = `length=${length},seed=${seed}`;
    return {
      experiment: "small",
      variant,
      settings: { length, seed },
      seed,
      folder: variant,
      status: "complete",
      metrics: { ...metrics, validation: part(validation), test: part(test) },
    };
  };
  const rows = [row(1, 0, 0.9, 0.9), row(1, 1, 0.5, 0.9), row(5, 0, 0.8, 0.6), row(5, 1, 0.8, 0.7)];
  const written: WrittenSummary = {
    page: "results/small/summary.html",
    folder: "results/small",
    rows,
    ranking: rankedByValidation(summarize("small", rows).groups, "accuracy"),
    by: "accuracy",
    warnings: [],
  };
  assertEquals(summaryLines([written]), [
    "",
    "summary: results/small/summary.html",
    "best by validation accuracy: small, length=5: 80.0%; test accuracy 65.0% (means of 2 seeds)",
    "next: deno task diff results/small/length=1,seed=0 results/small/length=5,seed=0",
  ]);
  const equal = rows.map((one) => ({ ...one, metrics: rows[0]!.metrics! }));
  const tied = summaryLines([{
    ...written,
    ranking: rankedByValidation(summarize("small", equal).groups, "accuracy"),
  }]);
  const said = "(means of 2 seeds); 2 variants tie by validation, and this one has the lowest loss";
  assertEquals(tied[2]?.endsWith(said), true, tied[2]);
});
