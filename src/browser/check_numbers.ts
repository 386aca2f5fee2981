import { InputError } from "../base/errors.ts";
import type { NumberLimits } from "../experiment/schema_part.ts";

/** The names in a request of the numbers that the user enters. */
const NUMBERS = ["length", "steps", "learningRate", "seed"] as const;

/** The name of a number that the user enters. */
export type NumberName = typeof NUMBERS[number];

/** The page's labels of these numbers. */
const LABELS: Readonly<Record<NumberName, string>> = {
  length: "Prompt length",
  steps: "Steps",
  learningRate: "Learning rate",
  seed: "Seed",
};

/**
 * Checks the numbers that the user entered.
 *
 * @param given NaN where a field is empty
 * @throws {InputError} naming the field, its allowed values and its value
 */
export function checkNumbers(
  given: Readonly<Record<NumberName, number>>,
  limits: Readonly<Record<NumberName, NumberLimits>>,
): void {
  for (const name of NUMBERS) {
    const { type, minimum = -Infinity, exclusiveMinimum = -Infinity } = limits[name];
    const value = given[name];
    const isOfType = type === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (isOfType && value >= minimum && value > exclusiveMinimum) continue;
    const least = minimum > -Infinity ? ` of at least ${minimum}` : ` above ${exclusiveMinimum}`;
    const kind = type === "integer" ? "a whole number" : "a number";
    throw new InputError(
      `'${LABELS[name]}' must be ${kind}${least}, got ${Number.isNaN(value) ? "nothing" : value}`,
    );
  }
}
