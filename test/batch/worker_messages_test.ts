import { assertEquals } from "@std/assert";
import { report, type RunEvent, sendingReporter } from "../../src/batch/worker_messages.ts";

Deno.test("what a run reports in a worker is reported in the same way to whoever started it", () => {
  const calls: unknown[][] = [];
  const note = (name: string) => (...args: unknown[]) => void calls.push([name, ...args]);
  const shown = {
    log: note("log"),
    start: note("start"),
    begin: note("begin"),
    step: note("step"),
    end: note("end"),
  };
  // Messages are copied on their way.
  const progress = sendingReporter((event: RunEvent) => report(structuredClone(event), shown));
  progress.log("a line");
  progress.start("a run", "soft", "cpu");
  progress.begin("a run", 9);
  progress.step(1, "loss 0.5");
  progress.end();
  assertEquals(calls, [
    ["log", "a line"],
    ["start", "a run", "soft", "cpu"],
    ["begin", "a run", 9],
    ["step", 1, "loss 0.5"],
    ["end"],
  ]);
});
