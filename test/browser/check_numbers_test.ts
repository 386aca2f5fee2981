import { assertEquals, assertThrows } from "@std/assert";
import { checkNumbers, type NumberName } from "../../src/browser/check_numbers.ts";
import { PageError } from "../../src/browser/page_error.ts";
import { InputError } from "../../src/base/errors.ts";
import { numberLimitsAt } from "../../src/experiment/schema_part.ts";

const LIMITS = {
  length: numberLimitsAt("prompt.length"),
  steps: numberLimitsAt("training.steps"),
  learningRate: numberLimitsAt("training.optimizer.learningRate"),
  seed: numberLimitsAt("seed"),
  heldOut: { type: "integer", minimum: 0, maximum: 90 },
} as const;

const SOUND = { length: 1, steps: 1, learningRate: 1e-9, seed: 0, heldOut: 0 };

Deno.test("numbers for tuning in the page have the limits of an experiment's keys", () => {
  checkNumbers(SOUND, LIMITS);
  const cases: [NumberName, number, string][] = [
    ["length", 0, "'Prompt length' must be a whole number of at least 1, got 0"],
    ["steps", NaN, "'Steps' must be a whole number of at least 1, got nothing"],
    ["steps", 2.5, "'Steps' must be a whole number of at least 1, got 2.5"],
    ["learningRate", 0, "'Learning rate' must be a number above 0, got 0"],
    ["learningRate", -0.1, "'Learning rate' must be a number above 0, got -0.1"],
    ["learningRate", Infinity, "'Learning rate' must be a number above 0, got Infinity"],
    ["seed", 1.5, "'Seed' must be a whole number of at least 0, got 1.5"],
    ["steps", 0, "'Steps' must be a whole number of at least 1, got 0"],
    ["steps", -3, "'Steps' must be a whole number of at least 1, got -3"],
    ["length", 1e7, "'Prompt length' must be a whole number of at most 1000000, got 10000000"],
    ["heldOut", 91, "'Held out, %' must be a whole number of at most 90, got 91"],
    ["seed", -1, "'Seed' must be a whole number of at least 0, got -1"],
  ];
  for (const [name, value, message] of cases) {
    assertThrows(() => checkNumbers({ ...SOUND, [name]: value }, LIMITS), InputError, message);
  }
});

Deno.test("what is wrong with a number is said in Chinese, too", () => {
  const error = assertThrows(() => checkNumbers({ ...SOUND, steps: 0 }, LIMITS), PageError);
  assertEquals(error.text.zh, "“步数”应为不小于 1 的整数（现为 0）");
});
