import { assert, assertEquals } from "@std/assert";
import { PlainProgress } from "../../src/terminal/plain_progress.ts";

const PROGRESS = {
  title: "small",
  stage: "tuning",
  unit: "steps",
  total: 1800,
  loss: 0.5134,
  validation: 0.85,
  secondsLeft: 740,
};

Deno.test("without a terminal there is a line at least every 30 s, with steps, loss and time left", () => {
  const lines: { readonly time: number; readonly line: string }[] = [];
  let time = 0;
  const progress = new PlainProgress((line) => lines.push({ time, line }), () => time);
  for (let done = 0; done < 1800; done++, time += 300) {
    progress.show({ ...PROGRESS, done, share: done / 1800 });
  }
  progress.end();
  const gaps = lines.map((one, i) => one.time - (lines[i - 1]?.time ?? 0));
  assert(gaps.every((gap) => gap > 0 && gap <= 30_000), String(gaps));
  assert(lines.length <= 540 / 15, `${lines.length} lines are too many`);
  assertEquals(
    lines[3]!.line,
    "[14%] small: tuning 268/1,800 steps, loss 0.513, validation 85.0%, 12 min left",
  );
});

Deno.test("what takes a moment has no line", () => {
  const lines: string[] = [];
  const progress = new PlainProgress((line) => lines.push(line), () => 5);
  for (let done = 0; done <= 1800; done++) progress.show({ ...PROGRESS, done });
  progress.end();
  assertEquals(lines, []);
});

Deno.test("the runs of a batch are counted, too", () => {
  const lines: string[] = [];
  let time = 0;
  const progress = new PlainProgress((line) => lines.push(line), () => time);
  for (; time <= 20_000; time += 20_000) {
    progress.show({ ...PROGRESS, done: 9, share: 0.456, runs: { ended: 3, total: 12 } });
  }
  progress.end();
  assertEquals(lines, [
    "[3/12 runs, 45%] small: tuning 9/1,800 steps, loss 0.513, validation 85.0%, 12 min left",
  ]);
});
