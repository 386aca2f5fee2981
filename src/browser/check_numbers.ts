import { InputError } from "../base/errors.ts";
import type { NumberLimits } from "../experiment/schema_part.ts";

/** The page's labels of the numbers that the user enters, by their names in a request. */
const LABELS = {
  length: "Prompt length",
  steps: "Steps",
  learningRate: "Learning rate",
  seed: "Seed",
} as const;

/** The name of a number that the user enters. */
export type NumberName = keyof typeof LABELS;

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
  for (const name of Object.keys(LABELS) as NumberName[]) {
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
