import { assertEquals } from "@std/assert";
import { report, type RunEvent, sendingReporter } from "../../src/batch/worker_messages.ts";

Deno.test("what a run reports in a worker is reported in the same way to whoever started it", () => {
  const calls: unknown[][] = [];
  const note = (name: string) => (...args: unknown[]) => void calls.push([name, ...args]);
  const shown = {
    log: note("log"),
    note: note("note"),
    begin: note("begin"),
    start: note("start"),
    reach: note("reach"),
    end: note("end"),
  };
  const notice = { about: "the data", line: "a notice" };
  const reached = { stage: "tuning", done: 1, total: 9, loss: 0.5 } as const;
  // Messages are copied on their way.
  const progress = sendingReporter((event: RunEvent) => report(structuredClone(event), shown));
  progress.log("a line");
  progress.note(notice);
  progress.begin("a run");
  progress.start("a run", "soft", "cpu");
  progress.reach(reached);
  progress.end();
  assertEquals(calls, [
    ["log", "a line"],
    ["note", notice],
    ["begin", "a run"],
    ["start", "a run", "soft", "cpu"],
    ["reach", reached],
    ["end"],
  ]);
});
