import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Progress } from "../../src/terminal/progress.ts";
import { progressFrame } from "../../src/terminal/progress_frame.ts";
import { widthOf } from "./screen.ts";

const PROGRESS: Progress = {
  title: "first-soft",
  stage: "tuning",
  unit: "steps",
  done: 360,
  total: 800,
  share: 0.45,
  secondsLeft: 740,
  loss: 0.5134,
  validation: 0.85,
};

const TITLES = [
  "first-soft",
  "reviews/length=20,initialization.from=vocabulary,seed=0",
  "情感分析/长度=20,种子=0,从词表初始化的软提示",
  "👩‍👩‍👧‍👦-👍-família-한국어-emotions",
];

for (const columns of [20, 40, 80, 200]) {
  Deno.test(`at ${columns} columns no row is wider, and the title, the share, the loss and the time left are whole`, () => {
    for (const title of TITLES) {
      for (const secondsLeft of [9, 740, 3 * 3600 + 300]) {
        const rows = progressFrame(
          { ...PROGRESS, title, secondsLeft, runs: { ended: 3, total: 12 } },
          columns,
        );
        for (const row of rows) assert(widthOf(row) < columns, `${widthOf(row)}: ${row}`);
        assert(rows.join("").includes(title) || rows.join(" ").includes(title), rows.join("\n"));
        const text = rows.join(" ");
        for (const part of ["45%", "loss 0.513"]) assertStringIncludes(text, part);
        assert(/(9 s|12 min|3 h 05 min) left/.test(text), text);
      }
    }
  });
}

Deno.test("what there is room for comes with them: a bar, the stage, the runs, the validation accuracy", () => {
  assertEquals(progressFrame(PROGRESS, 140), [
    `first-soft  ${"█".repeat(18)}${
      "░".repeat(22)
    }  45%  tuning 360/800 steps  loss 0.513  validation 85.0%  12 min left`,
  ]);
  assertEquals(progressFrame(PROGRESS, 40), [
    "first-soft",
    "████░░░░░  45%  loss 0.513  12 min left",
  ]);
});

Deno.test("what is not known is not shown", () => {
  const counted = { title: "texts.jsonl", stage: "classifying", unit: "texts", done: 12_288 };
  assertEquals(progressFrame(counted, 80), ["texts.jsonl  classifying 12,288 texts"]);
  assertEquals(progressFrame({ ...counted, stage: "compiling", done: 0 }, 80), ["texts.jsonl  compiling"]);
});
