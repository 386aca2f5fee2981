import { Ajv, type ErrorObject } from "ajv";
import { ExperimentDocument, isWithin, type KeyPath, placeOf } from "./document.ts";
import { ConfigValueError, ExperimentError, type Problem } from "../base/errors.ts";
import { messageOf } from "./messages.ts";
import { overridden, type Override } from "./override.ts";
import { resolve } from "./resolve.ts";
import { ruleViolations } from "./rules.ts";
import schema from "./schema.json" with { type: "json" };
import type { Experiment, PartialExperiment } from "./types.ts";

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false, ownProperties: true })
  .compile(schema);

/**
 * Reads an experiment file that asks for one run: YAML, checked against the schema and against the rules that join several
 * keys, with every default written out.
 *
 * @param file its path, for messages
 * @param overrides keys set to other values
 * @throws {ExperimentError} with all that is wrong in it, each with its line and column
 */
export function parseExperiment(text: string, file: string, overrides: readonly Override[] = []): Experiment {
  const document = new ExperimentDocument(text, file), problems = problemsOf(document, overrides);
  if (problems.length > 0) throw new ExperimentError(file, problems);
  return experimentOf(document, overrides);
}

/** What a checked file asks for, with every default written out. */
export function experimentOf({ content }: ExperimentDocument, overrides: readonly Override[]): Experiment {
  return resolve(overridden(content, overrides) as PartialExperiment);
}

/** Something wrong with the value of a key. */
export interface KeyProblem extends Problem {
  readonly path: KeyPath;
}

/** All that is wrong in a file with some keys set to other values, from top to bottom. */
export function problemsOf(document: ExperimentDocument, overrides: readonly Override[]): KeyProblem[] {
  const place = (path: KeyPath, onKey: boolean) => placeOf(document, path, overrides, onKey);
  const problems: KeyProblem[] = [];
  let content: unknown;
  try {
    content = overridden(document.content, overrides);
  } catch (error) {
    if (!(error instanceof ConfigValueError)) throw error;
    return error.wrong.map(({ path, message }) => ({ path, ...place(path, true), message }));
  }
  if (!validate(content)) {
    for (const error of (validate.errors ?? []).filter(saysSomething)) {
      const path = pathOf(error);
      problems.push({
        path,
        ...place(path, error.keyword === "additionalProperties"),
        message: reworded(messageOf(error, path, content), path, overrides),
      });
    }
  }
  if (problems.length === 0) {
    for (const { path, message } of ruleViolations(content as PartialExperiment)) {
      problems.push({ path, ...place(path, false), message: reworded(message, path, overrides) });
    }
  }
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** A message that says so where what is wrong stands on the command line and not in the file. */
function reworded(message: string, path: KeyPath, overrides: readonly Override[]): string {
  const override = overrides.find((one) => one.place === undefined && isWithin(path, one.path));
  return override === undefined ? message : `${message} (as --set ${override.path.join(".")} has it)`;
}

/** Whether a schema error is no mere part of another one. */
function saysSomething({ keyword, propertyName }: ErrorObject): boolean {
  return keyword !== "if" && propertyName === undefined;
}

/** Where a schema error lies; for an unknown key, that key. */
function pathOf({ instancePath, keyword, params }: ErrorObject): KeyPath {
  const path = instancePath.split("/").slice(1).map((part) => {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return /^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : key;
  });
  return keyword === "additionalProperties" ? [...path, String(params.additionalProperty)] : path;
}
