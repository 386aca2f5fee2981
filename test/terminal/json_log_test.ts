import { assert, assertEquals } from "@std/assert";
import { commandIo } from "../../src/terminal/command_io.ts";
import { jsonMessage, JsonProgress } from "../../src/terminal/json_log.ts";
import { RecordingIo } from "./recording_io.ts";
import { Screen } from "./screen.ts";

const parsed = (lines: string) => lines.trimEnd().split("\n").map((line) => JSON.parse(line));

Deno.test("a message is a line of JSON with its level, whatever it holds", () => {
  for (
    const [message, level] of [
      ["warning: small: \u001b[2J\u202e two\nlines", "warning"],
      ["error: no", "error"],
      ["small: an error: no", "info"],
    ] as const
  ) {
    const { time, ...rest } = JSON.parse(jsonMessage(message));
    assertEquals(rest, { event: "message", level, message });
    assert(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
  }
});

Deno.test("progress has a line at the beginning and the end of a stage, and every ten seconds", () => {
  const lines: string[] = [];
  let time = 0;
  const progress = new JsonProgress((line) => lines.push(line), () => time);
  for (let done = 0; done <= 30; done++, time += 1000) {
    progress.show({
      title: "small",
      stage: "tuning",
      unit: "steps",
      done,
      total: 30,
      share: done / 30,
      secondsLeft: 30 - done,
      loss: 0.5,
      validation: undefined,
      runs: { ended: 1, total: 2 },
    });
  }
  progress.show({ title: "small", stage: "classifying", unit: "texts", done: 5 });
  const events = parsed(lines.join("\n"));
  assertEquals(events.map(({ stage, done }) => [stage, done]), [
    ["tuning", 0],
    ["tuning", 10],
    ["tuning", 20],
    ["tuning", 30],
    ["classifying", 5],
  ]);
  const { time: _, ...fields } = events[1];
  assertEquals(fields, {
    event: "progress",
    title: "small",
    stage: "tuning",
    unit: "steps",
    done: 10,
    total: 30,
    share: 10 / 30,
    seconds_left: 20,
    runs_ended: 1,
    runs_total: 2,
    loss: 0.5,
  });
});

Deno.test("with --log json nothing is drawn at a terminal, and what steers one is escaped as JSON reads it", async () => {
  const screen = new Screen(80);
  const recorded = new RecordingIo("", { hasColors: true, terminal: screen });
  const io = await commandIo(recorded);
  io.logAs("json");
  io.progress.show({ title: "a", stage: "tuning", unit: "steps", done: 0 });
  io.log("\u009b2J");
  io.progress.end();
  assertEquals([screen.frames, io.hasColors.stderr, io.terminal], [[], false, undefined]);
  assert(!/[\u0080-\u009f]/.test(recorded.stderr), recorded.stderr);
  assertEquals(parsed(recorded.stderr).map(({ event, message }) => [event, message]), [
    ["progress", undefined],
    ["message", "\u009b2J"],
  ]);
});
