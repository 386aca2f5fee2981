import { assert, assertEquals } from "@std/assert";
import { commandIo } from "../../src/terminal/command_io.ts";
import type { Progress } from "../../src/terminal/progress.ts";
import { RecordingIo } from "./recording_io.ts";
import { Screen, widthOf } from "./screen.ts";

/** An input and output whose lines are printed on the screen that progress is drawn on. */
async function onScreen(columns: number) {
  const screen = new Screen(columns);
  const io = new RecordingIo("", { terminal: screen, columns });
  const print = (text: string) => screen.write(`${text}\n`);
  const given = { ...io, print, log: print, write: (text: string) => Promise.resolve(screen.write(text)) };
  return { screen, io: await commandIo(given) };
}

const progress = (done: number): Progress => ({
  title: "reviews/length=20,seed=0",
  stage: "tuning",
  unit: "steps",
  done,
  total: 8,
  share: done / 8,
  loss: 0.5,
  secondsLeft: 60,
});

for (const columns of [40, 80, 200]) {
  Deno.test(`at ${columns} columns lines stand whole above the progress, of which nothing is left`, async () => {
    const { screen, io } = await onScreen(columns);
    const long = `warning: ${"a long line ".repeat(12)}|`;
    io.log("first");
    io.progress.show(progress(1));
    io.log(long);
    io.print("a result");
    io.progress.show(progress(2));
    await io.write('{"text":"a"}\n{"text":"b"}\n');
    assert(screen.lines().length > 5, "the progress is below the lines");
    io.progress.end();
    assertEquals(screen.lines(), ["first", long, "a result", '{"text":"a"}', '{"text":"b"}']);
    assert(screen.frames.length >= 4, `${screen.frames.length} frames`);
    for (const { rows } of screen.frames) for (const row of rows) assert(widthOf(row) < columns, row);
  });
}

Deno.test("after a change of the terminal's size the progress is drawn for the new one, without more of it", async () => {
  const { screen, io } = await onScreen(200);
  io.log("above");
  io.progress.show(progress(3));
  screen.columns = 40;
  for (let i = 0; i < 100 && screen.frames.at(-1)!.columns !== 40; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { rows, columns } = screen.frames.at(-1)!;
  assertEquals(columns, 40);
  for (const row of rows) assert(widthOf(row) < 40, row);
  io.progress.end();
  assertEquals(screen.lines(), ["above"]);
});

Deno.test("an end that comes at once leaves no progress on the screen", async () => {
  const { screen, io } = await onScreen(80);
  io.progress.show(progress(1));
  let left: string[] = [];
  try {
    io.exit(130);
  } catch {
    left = screen.lines();
  }
  assertEquals(left, []);
});
