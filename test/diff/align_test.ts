import { assertEquals, assertThrows } from "@std/assert";
import { align } from "../../src/diff/align.ts";
import { InputError } from "../../src/experiment/errors.ts";
import { madeUpRun } from "./runs.ts";

const good = Array.from({ length: 20 }, (_, i) => (i + 1) / 22);
const whole = madeUpRun({ good });

Deno.test("examples are paired by id and text, in whatever order they come", () => {
  const turned = { ...whole, predictions: whole.predictions.toReversed() };
  const { a, b, paired, onlyInA, onlyInB } = align([whole], [turned]);
  assertEquals(a, b);
  assertEquals([paired, onlyInA, onlyInB], [20, 0, 0]);
});

Deno.test("examples that are in one side only are counted", () => {
  const early = madeUpRun({ good, change: (one, i) => i < 15 ? one : undefined });
  const late = madeUpRun({ good, change: (one, i) => i >= 2 ? one : undefined });
  const { paired, onlyInA, onlyInB } = align([early], [late]);
  assertEquals([paired, onlyInA, onlyInB], [13, 2, 5]);
});

for (
  const [what, change, reason] of [
    [
      "texts",
      (one, i) => i === 3 ? { ...one, text_sha256: "other" } : one,
      "1 examples have another text in B than in A, 'test:3'",
    ],
    [
      "examples",
      (one, i) => ({ ...one, id: `${one.id}${i < 12 ? "x" : ""}` }),
      "of 20 and 20 examples only 8 are in all runs",
    ],
    [
      "labels",
      (one, i) => i === 4 ? { ...one, label: "good" } : one,
      "'test:4' is bad in one and good in the other",
    ],
  ] as [string, Parameters<typeof madeUpRun>[0]["change"], string][]
) {
  Deno.test(`test sets of other ${what} are refused, with the reason`, () => {
    assertThrows(() => align([whole], [madeUpRun({ good, change: change! })]), InputError, reason);
  });
}

Deno.test("runs that tell other classes apart are refused", () => {
  const confusion = { classes: ["bad", "so-so", "good"], counts: [] };
  const other = { ...whole, metrics: { ...whole.metrics, test: { ...whole.metrics.test, confusion } } };
  assertThrows(() => align([whole], [other]), InputError, "different classes");
});
