import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkTrainable, checkWords, classWeightsOf, rareClasses } from "../../src/dataset/class_counts.ts";
import type { Example } from "../../src/dataset/example.ts";
import { splitByShares } from "../../src/dataset/split.ts";
import { InputError } from "../../src/base/errors.ts";

/** The given number of examples of each class. */
function examples(counts: Readonly<Record<string, number>>): Example[] {
  return Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => ({ id: `${label}:${i}`, text: `${label} ${i}`, label }))
  );
}

const CLASSES = ["negative", "positive", "neutral"];

Deno.test("a class without training examples is refused, with the counts of all parts", () => {
  const train = examples({ negative: 9, positive: 8 });
  const test = examples({ neutral: 1 });
  assertThrows(
    () => checkTrainable({ train, validation: [], test }, CLASSES, "rare.csv"),
    InputError,
    "no training examples of the class 'neutral' (training: negative 9, positive 8, neutral 0; validation: negative 0, positive 0, neutral 0; test: negative 0, positive 0, neutral 1): add some",
  );
  checkTrainable({ train: [...train, ...test], validation: [], test: [] }, CLASSES, "rare.csv");
});

Deno.test("classes with no or few examples in a set are reported with counts", () => {
  assertEquals(
    rareClasses(examples({ negative: 4, positive: 4, neutral: 1 }), CLASSES, "the test set"),
    undefined,
  );
  assertEquals(
    rareClasses(examples({ negative: 4, positive: 4 }), CLASSES, "the test set"),
    "the test set has no examples of the class 'neutral' (negative 4, positive 4, neutral 0): macro F1 is over the classes that have examples or are predicted",
  );
  assertEquals(
    rareClasses(examples({ negative: 40, neutral: 1 }), CLASSES, "the test set"),
    "the test set has few examples of the classes 'positive', 'neutral' (negative 40, positive 0, neutral 1): macro F1 depends on these few; more of them, or larger splits, would make it more reliable",
  );
});

Deno.test("a label that has no words is refused, with the classes of both", () => {
  assertThrows(
    () => checkWords(examples({ "0": 2, constructor: 1 }), CLASSES, "label", "a.csv", true, true),
    InputError,
    "no words for the class '0' of 'a.csv' (its classes: 0, constructor; the verbalizer's: negative, positive, neutral): map it",
  );
});

Deno.test("a class that looks like a label and is normalized otherwise is refused, with the reason", () => {
  assertThrows(
    () => checkWords(examples({ "cafe\u0301": 2 }), ["caf\u00e9", "bar"], "label", "a.csv", true, true),
    InputError,
    "it differs from 'caf\u00e9' only in its Unicode normalization",
  );
});

Deno.test("a column of texts that is named as the label is refused quickly, with a hint", () => {
  const texts = Array.from(
    { length: 60_000 },
    (_, i) => ({ id: `${i}`, text: "x", label: `film ${i} is ${"so ".repeat(20)}` }),
  );
  const started = performance.now();
  const { train, test } = splitByShares(texts, { test: 0.1, validation: 0.1, seed: 0 });
  assertEquals([train.length, test.length], [60_000, 0]);
  assertThrows(
    () => checkWords(texts, CLASSES, "label", "a.csv", true, true),
    InputError,
    "the column 'label' of 'a.csv' has 60,000 different values, 'film 0 is so so so so so so so so so so …', ",
  );
  // Comparing each label with each takes many minutes; other tests may be at work on the same cores.
  assert(performance.now() - started < 60_000);
});

Deno.test("balanced weights are scikit-learn's, given ones as they are, 1 where none is given", () => {
  const found = classWeightsOf("balanced", examples({ negative: 6, positive: 3, neutral: 1 }), CLASSES);
  // sklearn.utils.class_weight.compute_class_weight("balanced", ...)
  assertEquals(found, [10 / 18, 10 / 9, 10 / 3]);
  assertEquals(classWeightsOf({ neutral: 5 }, [], ["neutral", "constructor"]), [5, 1]);
});
