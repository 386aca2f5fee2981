/**
 * The results of promptfoo, as `promptfoo eval --output results.json` or `results.jsonl` writes them: an object for each test, prompt
 * and provider.
 *
 * @see https://www.promptfoo.dev/docs/configuration/reference/#evaluateresult
 * @module
 */
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError } from "../base/errors.ts";
import type { Evaluation, Sample } from "./evaluation.ts";
import { at, canonicalJson, hashOf, scoreOf } from "./json_values.ts";

/** The metrics of every result: whether all assertions passed, and their mean score. */
const SUCCESS = "success";
const SCORE = "score";

/** `failureReason` where no assertion failed, but the call of the provider or of the grader. */
const ERROR = 2;

/** A result, and where it stands. */
export interface PlacedResult {
  readonly result: JsonObject;
  readonly place: string;
}

/** The names of a provider and a prompt. */
interface Variant {
  readonly provider: string;
  readonly prompt: string;
}

/** Whether an object is a result. */
export function isPromptfooResult(value: JsonObject): boolean {
  return typeof value.success === "boolean" && isObject(value.vars) && "prompt" in value &&
    "provider" in value;
}

/** The results in a file's content; `undefined` where it is not one of promptfoo's. */
export function promptfooResults(value: JsonObject): unknown[] | undefined {
  const results = at(value, "results", "results");
  if (!Array.isArray(results)) return undefined;
  return at(value, "results", "version") !== undefined || "evalId" in value ? results : undefined;
}

/**
 * Sorts results into evaluations: one for each provider and prompt. Tests are identified by their variables; tests with the same variables
 * and assertions are repeats.
 *
 * @throws {InputError} where one is no result
 */
export function readPromptfoo(file: string, results: Iterable<PlacedResult>): Evaluation[] {
  const groups = Map.groupBy(results, ({ result, place }) => {
    if (isPromptfooResult(result)) return canonicalJson(variantOf(result));
    throw new InputError(`${place}: this is no result of promptfoo with vars, prompt, provider and success`);
  });
  return [...groups.values()].map((group): Evaluation => {
    const rows = group.map(({ result }) => result);
    const variant = variantOf(rows[0] ?? {});
    const samples = samplesOf(rows);
    const names = new Set(samples.flatMap(({ scores }) => [...scores.keys()]));
    return {
      file,
      parts: { ...variant },
      settings: { ...variant },
      samples,
      isHigherBetter: new Map([...names].map((name) => [name, true])),
      unread: [],
    };
  });
}

/** What a result is of: the names of its provider and of its prompt, whose own text has the variables of the test in it. */
function variantOf({ provider, prompt, promptId, promptIdx }: JsonObject): Variant {
  return {
    provider: text(at(provider, "label")) ?? text(at(provider, "id")) ?? text(provider) ??
      canonicalJson(provider),
    prompt: text(at(prompt, "label")) ?? text(at(prompt, "display")) ?? text(promptId) ??
      `prompt ${promptIdx}`,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The samples of a variant. Several tests with the same variables and other assertions are told apart by their order. */
function samplesOf(results: readonly JsonObject[]): Sample[] {
  const ordered = results.toSorted((a, b) => Number(a.testIdx ?? 0) - Number(b.testIdx ?? 0));
  const byVariables = Map.groupBy(ordered, ({ vars }) => canonicalJson(vars));
  return [...byVariables].flatMap(([variables, rows]) => {
    const byAssertions = [...Map.groupBy(rows, (row) => hashOf(assertionsOf(row)))];
    return byAssertions.flatMap(([target, same], i) => {
      const example = i === 0 ? variables : `${variables} (${i + 1})`;
      return same.map((row): Sample => {
        const hasFailed = isError(row);
        return {
          example,
          question: undefined,
          target,
          scores: hasFailed ? new Map([[SUCCESS, null], [SCORE, null]]) : scoresOf(row),
          hasFailed,
        };
      });
    });
  });
}

function assertionsOf(result: JsonObject): unknown {
  return at(result, "testCase", "assert");
}

function isError({ failureReason, error, gradingResult }: JsonObject): boolean {
  return failureReason === ERROR ||
    Boolean(error) && (gradingResult === null || gradingResult === undefined);
}

function scoresOf({ success, score, namedScores }: JsonObject): ReadonlyMap<string, number | null> {
  const named = Object.entries(isObject(namedScores) ? namedScores : {}).flatMap(([name, value]) => {
    const found = scoreOf(value);
    const key = name === SUCCESS || name === SCORE ? `namedScores.${name}` : name;
    return found === undefined ? [] : [[key, found] as const];
  });
  return new Map([[SUCCESS, Number(success === true)], [SCORE, scoreOf(score) ?? null], ...named]);
}
