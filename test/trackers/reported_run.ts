import type { ReportedRun } from "../../src/trackers/tracker.ts";

/** A made-up run of three steps, of which two were validated. */
export function reportedRun(changes: Partial<ReportedRun> = {}): ReportedRun {
  const line = (step: number, loss: number) => ({
    step,
    epoch: 1,
    loss,
    learning_rate: 0.03,
    gradient_norm: 0.5,
  });
  return {
    title: "sentiment/length=5",
    experiment: "sentiment",
    folder: "results/sentiment/length=5",
    key: "0123abcd 2026-01-31T12:00:01.500Z",
    began: new Date("2026-01-31T12:00:00.000Z"),
    ended: new Date("2026-01-31T12:00:01.500Z"),
    commit: null,
    yaml: "name: sentiment\nprompt:\n  length: 5\n",
    settings: new Map([["name", "sentiment"], ["prompt.length", "5"], ["verbalizer", '{"好":["好"]}']]),
    history: [
      { ...line(10, 0.75), validation: { accuracy: 0.5, loss: 0.7 } },
      line(20, 0.5),
      { ...line(30, 0.25), validation: { accuracy: 0.875, loss: 0.3 } },
    ],
    results: new Map([["test/accuracy", 0.8125], ["test/loss", 0.375]]),
    step: 30,
    ...changes,
  };
}
