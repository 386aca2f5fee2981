import { assertEquals, assertThrows } from "@std/assert";
import { checkTrainable, classWeightsOf, rareClasses } from "../../src/dataset/class_counts.ts";
import type { Example } from "../../src/dataset/example.ts";
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

Deno.test("balanced weights are scikit-learn's, given ones as they are, 1 where none is given", () => {
  const found = classWeightsOf("balanced", examples({ negative: 6, positive: 3, neutral: 1 }), CLASSES);
  // sklearn.utils.class_weight.compute_class_weight("balanced", ...)
  assertEquals(found, [10 / 18, 10 / 9, 10 / 3]);
  assertEquals(classWeightsOf({ neutral: 5 }, [], ["neutral", "constructor"]), [5, 1]);
});
