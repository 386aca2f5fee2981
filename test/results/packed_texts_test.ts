import { assertEquals, assertThrows } from "@std/assert";
import { packTexts, unpackTexts } from "../../src/results/packed_texts.ts";
import { madeUpTexts } from "../diff/text_runs.ts";

const CLASSES = ["bad", null, "good"];

Deno.test("runs of generated texts come out of their pack as they were, each test set's texts kept once", () => {
  const runs = new Map([
    ["seed=0", madeUpTexts({ good: [0.5, 1, 0.25] })],
    ["seed=1", madeUpTexts({ good: [1, 1, 0.5], seed: 1 })],
    ["other", madeUpTexts({ good: [1, 0.5], targets: (i) => [`other ${i}`, "or this"] })],
    ["classes", madeUpTexts({ good: [1, 0, 0.5], classes: CLASSES })],
  ]);
  const packed = packTexts(runs);
  assertEquals(packed.testSets.map(({ length }) => length), [3, 2, 3]);
  assertEquals(unpackTexts(JSON.parse(JSON.stringify(packed))), runs);
});

Deno.test("a pack is refused whose runs have other classes, other numbers of predictions or the same names", () => {
  const classed = packTexts(new Map([["", madeUpTexts({ good: [1, 0, 0.5], classes: CLASSES })]]));
  const free = packTexts(new Map([["", madeUpTexts({ good: [1, 0, 0.5] })]]));
  const [run] = classed.runs;
  const { predictions } = run!;
  const refused = (change: Partial<typeof classed>, said: string) =>
    assertThrows(() => unpackTexts({ ...classed, ...change }), RangeError, said);
  refused({ runs: [run!, run!] }, "the same name");
  refused({ runs: [{ ...run!, testSet: 1 }] }, "3 predictions and 0 texts of a run with 3 test examples");
  refused({ runs: [{ ...run!, predictions: predictions.slice(1) }] }, "2 predictions and 3 texts");
  refused({ testSets: free.testSets }, "'label' is missing");
  refused({ runs: [{ ...run!, metrics: free.runs[0]!.metrics }] }, "accuracy' is missing");
  refused(
    { runs: [{ ...run!, predictions: predictions.map((one) => ({ ...one, predicted: "x" })) }] },
    `'predicted' is "x"`,
  );
});
