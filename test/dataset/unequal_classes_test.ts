import { assertEquals } from "@std/assert";
import { unequalClasses } from "../../src/dataset/unequal_classes.ts";

const set = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => ({ id: `${label} ${i}`, text: "", label }))
  );

Deno.test("very unequal classes are reported with their counts, and what the largest alone would reach", () => {
  const classes = ["spam", "ham"];
  assertEquals(
    unequalClasses(set({ ham: 980, spam: 20 }), classes, "the training set"),
    "the classes of the training set are very unequal (spam 20, ham 980): always answering 'ham' would be right for 98.0% of it, so look at macro F1, too",
  );
  assertEquals(unequalClasses(set({ ham: 99, spam: 10 }), classes, "the training set"), undefined);
  assertEquals(unequalClasses(set({ ham: 99 }), classes, "the training set"), undefined);
  assertEquals(unequalClasses([], classes, "the training set"), undefined);
});
