import { assertEquals, assertStringIncludes } from "@std/assert";
import { BatchDisplay } from "../../src/terminal/batch_display.ts";
import type { Progress } from "../../src/terminal/progress.ts";
import { TerminalProgress } from "../../src/terminal/terminal_progress.ts";

/** What is logged and shown. */
function recording() {
  const lines: string[] = [];
  const shown: Progress[] = [];
  let ended = 0;
  const io = {
    log: (line: string) => void lines.push(line),
    progress: { show: (one: Progress) => void shown.push(one), end: () => void ended++ },
  };
  return { io, lines, shown, ended: () => ended };
}

const NOTICE = { about: "reviews: overlap", line: "warning: a: 3 of the 9 test texts …" };

Deno.test("each stage of a run is shown, with the last loss and validation accuracy", () => {
  const { io, lines, shown, ended } = recording();
  const progress = new TerminalProgress(io);
  progress.begin("small");
  progress.start("small", "soft", "native CPU");
  progress.reach({ stage: "compiling", done: 0 });
  progress.reach({ stage: "tuning", done: 2, total: 4, loss: 0.5 });
  progress.reach({ stage: "tuning", done: 3, total: 4, validation: 0.75 });
  progress.reach({ stage: "validating", done: 1, total: 9 });
  progress.reach({ stage: "classifying", done: 5, total: 20 });
  progress.end();
  assertEquals(lines, ["small: soft prompt on native CPU"]);
  assertEquals(shown.map(({ title, stage, unit, share }) => [title, stage, unit, share]), [
    ["small", "compiling", "graphs", undefined],
    ["small", "tuning", "steps", 0.5],
    ["small", "tuning", "steps", 0.75],
    ["small", "validating", "texts", 0.75],
    ["small", "classifying", "texts", 0.25],
  ]);
  assertEquals([shown[2]!.loss, shown[4]!.loss, shown[4]!.validation], [0.5, 0.5, 0.75]);
  assertEquals(ended(), 1);
});

Deno.test("a batch shows the run that has come farther, and what is done of all", () => {
  const { io, lines, shown, ended } = recording();
  const display = new BatchDisplay(2, 10, io);
  const run = display.progress("a", 5, 0.8);
  run.reach({ stage: "encoding", done: 1, total: 2 });
  run.reach({ stage: "tuning", done: 1, total: 2, loss: 0.5 });
  run.reach({ stage: "classifying", done: 1, total: 2 });
  assertEquals(shown.map(({ title, share, runs }) => [title, share, runs]), [
    ["a", 0, { ended: 0, total: 2 }],
    ["a", 0.2, { ended: 0, total: 2 }],
    ["a", 0.45, { ended: 0, total: 2 }],
  ]);
  display.end("a", 5, { kind: "failed", error: "no", shared: "no", isInputFault: false }, 1);
  assertEquals(lines, ["[1/2] a: failed: no"]);
  display.stop();
  assertEquals(ended(), 1);
});

Deno.test("what runs have in common is said once", () => {
  const { io, lines } = recording();
  const display = new BatchDisplay(2, 10, io);
  for (const title of ["a", "b"]) display.progress(title, 5, 0.8).note(NOTICE);
  display.progress("b", 5, 0.8).note({ about: "others: overlap", line: "warning: b: …" });
  assertEquals(lines, [NOTICE.line, "warning: b: …"]);
  const alone = recording();
  const progress = new TerminalProgress(alone.io);
  for (const _ of [1, 2]) progress.note(NOTICE);
  assertStringIncludes(alone.lines.join(), NOTICE.line);
  assertEquals(alone.lines.length, 1);
});
