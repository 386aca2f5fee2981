import type { Bilingual } from "../base/bilingual.ts";
import type { NumberLimits } from "../experiment/schema_part.ts";
import { PageError } from "./page_error.ts";
import { PHRASES } from "./phrases.ts";

/** The names in a request of the numbers that the user enters. */
const NUMBERS = ["length", "steps", "learningRate", "seed", "heldOut"] as const;

/** The name of a number that the user enters. */
export type NumberName = typeof NUMBERS[number];

/**
 * Checks the numbers that the user entered.
 *
 * @param given NaN where a field is empty
 * @throws {PageError} naming the field, its allowed values and its value
 */
export function checkNumbers(
  given: Readonly<Record<NumberName, number>>,
  limits: Readonly<Record<NumberName, NumberLimits>>,
): void {
  for (const name of NUMBERS) {
    const { type, minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = limits[name];
    const value = given[name];
    const isWhole = type === "integer";
    const isOfType = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (isOfType && value >= minimum && value > exclusiveMinimum && value <= maximum) continue;
    const range: Bilingual = isOfType && value > maximum
      ? { en: ` of at most ${maximum}`, zh: `不大于 ${maximum} 的` }
      : minimum > -Infinity
      ? { en: ` of at least ${minimum}`, zh: `不小于 ${minimum} 的` }
      : { en: ` above ${exclusiveMinimum}`, zh: `大于 ${exclusiveMinimum} 的` };
    const label = PHRASES[name];
    const isEmpty = Number.isNaN(value);
    throw new PageError({
      en: `'${label.en}' must be ${isWhole ? "a whole number" : "a number"}${range.en}, got ${
        isEmpty ? "nothing" : value
      }`,
      zh: `“${label.zh}”应为${range.zh}${isWhole ? "整数" : "数"}（${isEmpty ? "现为空" : `现为 ${value}`}）`,
    });
  }
}
