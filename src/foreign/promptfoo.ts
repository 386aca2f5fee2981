/**
 * The results of promptfoo, as `promptfoo eval --output results.json` or `results.jsonl` writes them: an object for each test, prompt
 * and provider.
 *
 * @see https://www.promptfoo.dev/docs/configuration/reference/#evaluateresult
 * @module
 */
import { isObject, type JsonObject } from "../base/json_object.ts";
import { InputError } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import type { Evaluation, Sample } from "./evaluation.ts";
import { at, canonicalJson, hashOf, scoreOf } from "./json_values.ts";

/** The metrics of every result: whether all assertions passed, and their mean score. */
const SUCCESS = "success";
const SCORE = "score";

/** The variables that promptfoo adds to those of a test. */
const ADDED: ReadonlySet<string> = new Set(["_conversation", "__evalId", "__evalStepId", "__repeatIndex"]);

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
 * @throws {InputError} where there is no result, one is none, or two of a test have the same provider and prompt
 */
export function readPromptfoo(file: string, results: Iterable<PlacedResult>): Evaluation[] {
  const groups = Map.groupBy(results, ({ result, place }) => {
    if (isPromptfooResult(result)) return canonicalJson(variantOf(result));
    throw new InputError(`${place}: this is no result of promptfoo with vars, prompt, provider and success`);
  });
  if (groups.size === 0) throw new InputError(`${file} has no results: evaluate again`);
  return [...groups.values()].map((group): Evaluation => {
    checkColumn(group);
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

/**
 * Checks that results of the same names are of one provider and prompt: of a test and its repeat, one has one result of each.
 *
 * @throws {InputError} where the names are those of several, such as a provider that is there twice with other settings
 */
function checkColumn(group: readonly PlacedResult[]): void {
  const columns = new Map<unknown, unknown>();
  for (const { result, place } of group) {
    const { testIdx, promptIdx } = result;
    const column = columns.get(testIdx) ?? promptIdx;
    columns.set(testIdx, column);
    if (testIdx === undefined || column === promptIdx) continue;
    const { provider, prompt } = variantOf(result);
    throw new InputError(
      message`${place}: the provider ${ofFile(provider)} and the prompt ${
        ofFile(prompt)
      } are there twice, as promptIdx ${ofFile(String(column))} and ${
        ofFile(String(promptIdx))
      }, and cannot be told apart: give each a label of its own and evaluate again`,
    );
  }
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
  const byVariables = Map.groupBy(ordered, ({ vars }) => canonicalJson(ownVariables(vars)));
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

/** The variables of a test without those that promptfoo adds, which are others in each evaluation: what was answered before, and ids. */
function ownVariables(variables: unknown): unknown {
  if (!isObject(variables)) return variables;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !ADDED.has(name)));
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
