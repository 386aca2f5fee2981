import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "yaml";
import { InputError } from "../../src/base/errors.ts";
import { checkLabels } from "../../src/dataset/unknown_labels.ts";

const CLASSES = ["negative", "positive"];
const COLUMN = { of: "a.csv", key: "dataset", name: "label", canBeMapped: true, isNamed: true };

/** The error for values with their numbers of lines. */
function errorFor(
  counts: Readonly<Record<string, number>>,
  total: number,
  changes: Partial<Parameters<typeof checkLabels>[3]> = {},
): InputError {
  const values = new Map(Object.entries(counts));
  return assertThrows(
    () => checkLabels({ counts: values }, CLASSES, total, { ...COLUMN, ...changes }),
    InputError,
  );
}

Deno.test("all labels without a class are listed with their counts, and the lines to paste map each of them", () => {
  const counts = { neutral: 12, "0": 3, "no: yes": 1, constructor: 2, "": 1 };
  const { message } = errorFor(counts, 40);
  assertStringIncludes(
    message,
    "'a.csv' has 5 values without a class: '' (1), 0 (3), constructor (2), neutral (12), no: yes (1); the verbalizer's classes are negative, positive",
  );
  assertEquals(parse(message.slice(message.indexOf("\n"))).labels, {
    negative: "negative",
    positive: "positive",
    neutral: null,
    "0": null,
    "no: yes": null,
    constructor: null,
    "": null,
  });
  const given = errorFor({ "2": 1 }, 40, { labels: { "0": "negative", "1": "positive" } }).message;
  assertEquals(parse(given.slice(given.indexOf("\n"))).labels, {
    "0": "negative",
    "1": "positive",
    "2": null,
  });
});

Deno.test("the lines to paste map a label that is a class's name, or differs from it in case, to that class", () => {
  const { message } = errorFor({ positive: 9, Negative: 8, mixed: 1 }, 40, { labels: { "": null } });
  assertEquals(parse(message.slice(message.indexOf("\n"))).labels, {
    "": null,
    positive: "positive",
    Negative: "negative",
    mixed: null,
  });
});

Deno.test("results name at most three labels of 40 characters, and have no lines to paste", () => {
  const long = "x".repeat(41);
  const counts = { b: 1, c: 1, d: 1, e: 1, [long]: 1 };
  const { shared } = errorFor(counts, 40).forms;
  assertStringIncludes(shared, "without a class: b, c, d, …; the verbalizer");
  assert(!shared.includes("\n"), shared);
  assertStringIncludes(errorFor({ [long]: 1 }, 40).forms.shared, "a value without a class: …;");
  const unnamed = errorFor(counts, 40, { isNamed: false }).forms.shared;
  assertStringIncludes(unnamed, "5 values without a class: …; the verbalizer");
});

Deno.test("a class that looks like a label and is normalized otherwise is refused, with the reason", () => {
  const counts = new Map([["cafe\u0301", 2]]);
  assertThrows(
    () => checkLabels({ counts }, ["caf\u00e9", "bar"], 9, COLUMN),
    InputError,
    "it differs from 'caf\u00e9' only in its Unicode normalization",
  );
});

Deno.test("labels of built-in data cannot be mapped: no lines to paste", () => {
  const { message } = errorFor({ neutral: 2 }, 9, { canBeMapped: false });
  assertStringIncludes(
    message,
    "neutral (2); the verbalizer's classes are negative, positive: give them words",
  );
  assert(!message.includes("\n"), message);
});

Deno.test("a column of texts that is named as the label is refused quickly, with a hint; many classes that repeat are listed", () => {
  const texts = Array.from({ length: 60_000 }, (_, i) => [`film ${i} is ${"so ".repeat(20)}`, 1] as const);
  const started = performance.now();
  assertStringIncludes(
    errorFor(Object.fromEntries(texts), 60_000).message,
    "the column 'label' of 'a.csv' has 60,000 values that are no classes ('film 0 is so so so so so so so so so so …', ",
  );
  // Comparing each label with each takes many minutes; other tests may be at work on the same cores.
  assert(performance.now() - started < 60_000);
  const intents = Object.fromEntries(Array.from({ length: 77 }, (_, i) => [`intent ${i}`, 5]));
  assertStringIncludes(errorFor(intents, 400).message, "has 77 values without a class: intent 0 (5), ");
});
