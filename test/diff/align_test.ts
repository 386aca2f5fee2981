import { assertEquals, assertThrows } from "@std/assert";
import { align } from "../../src/diff/align.ts";
import { InputError } from "../../src/base/errors.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { madeUpRun } from "./runs.ts";

const good = Array.from({ length: 20 }, (_, i) => (i + 1) / 22);
const whole = madeUpRun({ good });
const { experiment } = whole;
const cleaned: RunRecord = {
  ...whole,
  experiment: { ...experiment, dataset: { ...experiment.dataset, clean: "textcnn" } },
};

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

type Change = NonNullable<Parameters<typeof madeUpRun>[0]["change"]>;
const changed = (change: Change) => madeUpRun({ good, change });
const withIds = (run: RunRecord): RunRecord => ({
  ...run,
  experiment: { ...run.experiment, dataset: { ...run.experiment.dataset, id: "key" } },
});

Deno.test("where ids do not match, the same texts are paired, in whatever order they come", () => {
  const renamed = changed((one) => ({ ...one, id: `dev:${one.id}` }));
  const other = { ...renamed, predictions: renamed.predictions.toReversed() };
  const { a, b, pairedBy, paired } = align([whole], [other]);
  assertEquals([pairedBy, paired, a[0]![0]!.id], ["text", 20, "test:0"]);
  assertEquals(a[0]!.map(({ text }) => text), b[0]!.map(({ text }) => text));
});

Deno.test("a line put in at the top moves all ids, and pairs by text", () => {
  const moved = changed((one, i) => ({ ...one, id: `test:${i + 1}` }));
  const first = { ...moved.predictions[0]!, id: "test:0", text: "new", text_sha256: "new" };
  const grown = { ...moved, predictions: [first, ...moved.predictions] };
  const { pairedBy, paired, onlyInA, onlyInB } = align([whole], [grown]);
  assertEquals([pairedBy, paired, onlyInA, onlyInB], ["text", 20, 0, 1]);
});

Deno.test("an edited text is left out: by text, and by id where the data have ids of their own", () => {
  const edited = changed((one, i) => i === 3 ? { ...one, text_sha256: "other" } : one);
  const { pairedBy, paired, onlyInA, onlyInB } = align([whole], [edited]);
  assertEquals([pairedBy, paired, onlyInA, onlyInB], ["text", 19, 1, 1]);
  const own = align([withIds(whole)], [withIds(edited)]);
  assertEquals([own.pairedBy, own.paired, own.changed, own.onlyInA, own.onlyInB], ["id", 19, 1, 0, 0]);
});

Deno.test("texts that occur several times are paired by label if they occur equally often, else excluded", () => {
  const twice: Change = (one, i) => i === 1 ? { ...one, text_sha256: "sha0" } : one;
  const other = changed((one, i) => ({ ...twice(one, i)!, id: `dev:${i}` }));
  const turned = { ...other, predictions: other.predictions.toReversed() };
  const { a, b, paired, unclear } = align([changed(twice)], [turned]);
  assertEquals([paired, unclear], [20, 0]);
  assertEquals(a[0]!.map(({ label }) => label), b[0]!.map(({ label }) => label));
  const thrice = changed((one, i) => ({
    ...twice(one, i)!,
    id: `dev:${i}`,
    ...i === 2 && { text_sha256: "sha0" },
  }));
  const found = align([changed(twice)], [thrice]);
  assertEquals([found.paired, found.unclear, found.onlyInA, found.onlyInB], [17, 1, 1, 0]);
});

Deno.test("an id that a run has twice pairs nothing", () => {
  const same = changed((one) => ({ ...one, id: "test" }));
  assertEquals([align([same], [same]).pairedBy, align([same], [same]).paired], ["text", 20]);
});

for (
  const [what, other, reason] of [
    [
      "texts",
      changed((one, i) => i < 12 ? { ...one, text_sha256: `other${i}` } : one),
      "12 examples have a different text in B than in A (another file, or another 'dataset.clean'), and only 8 of the 20 examples of A and 20 of B are in all runs",
    ],
    [
      "examples",
      changed((one, i) => i < 12 ? { ...one, id: `dev:${i}`, text_sha256: `other${i}` } : one),
      "only 8 of the 20 examples of A and 20 of B are in all runs",
    ],
    [
      "labels",
      changed((one, i) => i === 4 ? { ...one, label: "good" } : one),
      "1 of 20 examples has another label: 'test:4' is bad in one and good in the other",
    ],
    [
      "names and labels",
      changed((one, i) => ({ ...one, id: `dev:${i}`, label: i < 6 ? "good" : one.label })),
      "3 of 20 examples have other labels: 'test:0' is bad in one and good in the other",
    ],
    [
      "cleaning",
      {
        ...cleaned,
        predictions: cleaned.predictions.map((one, i) => i < 3 ? { ...one, text_sha256: "x" } : one),
      },
      "'dataset.clean' is none in one and textcnn in the other",
    ],
  ] as const
) {
  Deno.test(`test sets of other ${what} are refused, with the reason`, () => {
    assertThrows(() => align([whole], [other]), InputError, reason);
  });
}

Deno.test("runs whose templates show other columns of the data are refused, with the columns", () => {
  const shows = (template: string, change?: Change): RunRecord => {
    const run = change === undefined ? whole : changed(change);
    const { experiment } = run;
    if (experiment.tune !== "prompt" || experiment.answer) {
      throw new Error("the runs are of prompts that were tuned with words");
    }
    return { ...run, experiment: { ...experiment, prompt: { ...experiment.prompt, template } } };
  };
  const other = shows(
    "{prompt} {premise} {hypothesis} {mask}",
    (one, i) => ({ ...one, text_sha256: `p${i}` }),
  );
  assertThrows(
    () => align([shows("{prompt} {text} {mask}")], [other]),
    InputError,
    "the templates show different columns (text and premise, hypothesis)",
  );
});

Deno.test("runs with different classes are refused", () => {
  const confusion = { classes: ["bad", "so-so", "good"], counts: [] };
  const other = { ...whole, metrics: { ...whole.metrics, test: { ...whole.metrics.test, confusion } } };
  assertThrows(() => align([whole], [other]), InputError, "different classes");
});
