import { InputError } from "../base/errors.ts";
import type { Example, Splits } from "./example.ts";

/** The number of classes that a message lists. */
const SHOWN = 10;

/** A class of at most this many examples is reported, if another has ten times as many. */
const FEW = 5;
const FEWER = 10;

/** The number of examples of each class, in order of first appearance. */
export function countByClass(examples: readonly Example[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of examples) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/**
 * Checks that every class has training examples.
 *
 * @param classes the verbalizer's classes
 * @throws {InputError} naming a class without training examples, with the counts of all classes
 */
export function checkTrainable(splits: Splits, classes: readonly string[], name: string): void {
  const counts = countByClass(splits.train);
  const missing = classes.find((one) => !counts.has(one));
  if (missing === undefined) return;
  throw new InputError(
    `the dataset '${name}' has no training examples of the class '${missing}' (training: ${
      countsText(splits.train, classes)
    }; validation: ${countsText(splits.validation, classes)}; test: ${
      countsText(splits.test, classes)
    }): add some, or remove the class from 'verbalizer' and its lines from the data`,
  );
}

/**
 * The weight of each class's examples in the loss.
 *
 * @param given `balanced`: all classes have the same total weight, examples have weight 1 on average; or weights by class, 1 by default
 * @returns a weight for each class, in their order
 */
export function classWeightsOf(
  given: "balanced" | Readonly<Record<string, number>>,
  examples: readonly Example[],
  classes: readonly string[],
): number[] {
  if (given !== "balanced") return classes.map((name) => Object.hasOwn(given, name) ? given[name]! : 1);
  const counts = countByClass(examples);
  return classes.map((name) => examples.length / (classes.length * counts.get(name)!));
}

/** The classes with no or very few examples in a set, in one line; `undefined` where there are none. */
export function rareClasses(
  examples: readonly Example[],
  classes: readonly string[],
  part: string,
): string | undefined {
  const counts = countByClass(examples);
  const most = Math.max(0, ...counts.values());
  const rare = classes.filter((one) => {
    const count = counts.get(one) ?? 0;
    return count === 0 || count < FEW && count * FEWER <= most;
  });
  if (rare.length === 0) return undefined;
  const named = rare.slice(0, SHOWN).map((one) => `'${one}'`).join(", ");
  const isLacking = rare.every((one) => !counts.has(one));
  const classesWord = rare.length > 1 ? "classes" : "class";
  return `${part} has ${isLacking ? "no" : "few"} examples of the ${classesWord} ${named} (${
    countsText(examples, classes)
  }): ${
    isLacking
      ? "macro F1 is over the classes that have examples or are predicted"
      : "macro F1 depends on these few; more of them, or larger splits, would make it more reliable"
  }`;
}

/** The number of examples of each class as text; the rarest first where not all are shown. */
export function countsText(examples: readonly Example[], classes: readonly string[]): string {
  const counts = countByClass(examples);
  const of = (name: string) => counts.get(name) ?? 0;
  const shown = classes.length > SHOWN ? classes.toSorted((a, b) => of(a) - of(b)).slice(0, SHOWN) : classes;
  return `${shown.map((name) => `${name} ${of(name)}`).join(", ")}${classes.length > SHOWN ? ", …" : ""}`;
}
