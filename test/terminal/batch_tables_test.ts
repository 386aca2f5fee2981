import { assert, assertStringIncludes } from "@std/assert";
import { batchTables } from "../../src/terminal/batch_tables.ts";
import type { PlannedRun } from "../../src/batch/plan.ts";
import type { BatchOutcome } from "../../src/batch/run_planned.ts";

Deno.test("a run that failed names the folder that it has left, and none where it could not be written", () => {
  const run = { title: "small", path: "results/small" } as PlannedRun;
  const outcomes = new Map<PlannedRun, BatchOutcome>([[run, {
    kind: "failed",
    isInputFault: true,
    error: "no room",
    shared: "no room",
  }]]);
  const said = (left: string | undefined) => batchTables([run], outcomes, () => left).join("\n");
  assertStringIncludes(said("results/small.partial"), "results/small.partial");
  assertStringIncludes(said(undefined), "no room");
  assert(!said(undefined).includes(".partial"));
});
