import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnosis, isNoBetterThanMajority } from "../../src/results/diagnosis.ts";
import { diagnosisText } from "../../src/results/diagnosis_text.ts";
import type { HistoryLine } from "../../src/training/trainer.ts";

const line = (step: number, loss: number, gradient_norm = 1, isValidated = true): HistoryLine => ({
  step,
  epoch: 1,
  loss,
  learning_rate: 0.1,
  gradient_norm,
  ...(isValidated && { validation: { accuracy: 0.5, loss: 1 } }),
});

const accuracy = (value: number) => ({ value, interval: [0, 1] as const });
const learned = { best_step: 2, majority: { class: "a", accuracy: 0.5 }, test: { accuracy: accuracy(0.8) } };
const falling = [line(1, 1), line(2, 0.5), line(3, 0.4)];
const kinds = (...given: Parameters<typeof diagnosis>) => diagnosis(...given).map(({ kind }) => kind);

Deno.test("a run that learned has no warnings", () => {
  assertEquals(kinds(falling, learned), []);
});

Deno.test("an accuracy that is the majority's is no success", () => {
  const found = diagnosis(falling, { ...learned, test: { accuracy: accuracy(0.5) } });
  assertEquals(found, [{ kind: "no_better_than_majority", accuracy: 0.5, majority: 0.5 }]);
});

Deno.test("a loss that falls by a fiftieth or less has hardly fallen, and one that rises neither", () => {
  assertEquals(kinds([line(1, 1), line(2, 0.985), line(3, 1)], learned), ["loss_hardly_moved"]);
  assertEquals(kinds([line(1, 1), line(2, 1.5), line(3, 2)], learned), ["loss_hardly_moved"]);
  assertEquals(kinds([line(1, 1), line(2, 0.97), line(3, 1)], learned), []);
  const [risen] = diagnosis([line(1, 1), line(2, 2), line(3, 1.5)], learned);
  assertStringIncludes(diagnosisText(risen!).en, "hardly fell (1.000 at first, 1.500 at best after that)");
  assertEquals(kinds([line(1, 1)], { ...learned, best_step: 1 }), [], "one line shows nothing");
});

Deno.test("a gradient that vanishes is a fault only while there is something to learn", () => {
  assertEquals(kinds([line(1, 1), line(2, 0.9), line(3, 0.8, 1e-7)], learned), ["gradient_vanished"]);
  assertEquals(kinds([line(1, 1), line(2, 0.5), line(3, 0.01, 1e-7)], learned), []);
});

Deno.test("the best step is the first or the last of three validations", () => {
  assertEquals(diagnosis(falling, { ...learned, best_step: 1 }), [{ kind: "best_step_first", step: 1 }]);
  assertEquals(diagnosis(falling, { ...learned, best_step: 3 }), [{ kind: "best_step_last", step: 3 }]);
  assertEquals(kinds(falling.slice(0, 2), { ...learned, best_step: 1 }), [], "two validations are too few");
  const seldom = [line(1, 1, 1, false), ...falling.slice(1), line(4, 0.3)];
  assertEquals(
    kinds(seldom, { ...learned, best_step: 2 }),
    ["best_step_first"],
    "lines without validations do not count",
  );
});

Deno.test("the majority of a part is that of its own examples", () => {
  const part = (value: number) => ({
    examples: 10,
    accuracy: accuracy(value),
    per_class: {
      a: { precision: 1, recall: 1, support: 6 },
      b: { precision: 1, recall: 1, support: 4 },
    },
  });
  assertEquals([isNoBetterThanMajority(part(0.6)), isNoBetterThanMajority(part(0.7))], [true, false]);
});
