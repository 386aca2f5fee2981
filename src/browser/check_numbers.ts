import { InputError } from "../base/errors.ts";
import type { NumberLimits } from "../experiment/schema_part.ts";

/** The numbers that a reader gives, by their names in a request, as the page labels them. */
const LABELS = {
  length: "Prompt length",
  steps: "Steps",
  learningRate: "Learning rate",
  seed: "Seed",
} as const;

/** A number that a reader gives. */
export type NumberName = keyof typeof LABELS;

/**
 * Checks the numbers that a reader gives.
 *
 * @param given NaN where a field is empty
 * @throws {InputError} naming the field, what it may hold and what it does
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
    const least = minimum > -Infinity ? ` from ${minimum}` : ` above ${exclusiveMinimum}`;
    const kind = type === "integer" ? "a whole number" : "a number";
    throw new InputError(
      `'${LABELS[name]}' must be ${kind}${least}, got ${Number.isNaN(value) ? "nothing" : value}`,
    );
  }
}
