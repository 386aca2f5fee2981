import type { ErrorObject } from "ajv";
import { ExperimentDocument, isWithin, type KeyPath, placeOf } from "./document.ts";
import { ConfigValueError, ExperimentError, type Problem } from "../base/errors.ts";
import type { ExperimentFile } from "./experiment_file.ts";
import { messageOf } from "./messages.ts";
import { overridden, type Override } from "./override.ts";
import { resolve } from "./resolve.ts";
import { ruleViolations } from "./rules.ts";
import { isExperimentFile } from "./schema_check.ts";
import type { Experiment } from "./types.ts";

/**
 * Reads an experiment file that asks for one run: YAML, checked against the schema and against the rules that involve several
 * keys, with every default written out.
 *
 * @param file its path, for messages
 * @param overrides keys set to other values
 * @throws {ExperimentError} with all problems in it, each with its line and column
 */
export function parseExperiment(text: string, file: string, overrides: readonly Override[] = []): Experiment {
  const { given, problems } = checkedFile(new ExperimentDocument(text, file), overrides);
  if (given === undefined) throw new ExperimentError(file, problems);
  return resolve(given);
}

/** A problem of a key's value. */
export interface KeyProblem extends Problem {
  readonly path: KeyPath;
}

/** A valid file, or all problems in it, from top to bottom. */
export type CheckedFile =
  | { readonly given: ExperimentFile; readonly problems: readonly [] }
  | { readonly given?: never; readonly problems: readonly KeyProblem[] };

/** Checks a file with some keys set to other values. */
export function checkedFile(document: ExperimentDocument, overrides: readonly Override[]): CheckedFile {
  const place = (path: KeyPath, onKey: boolean) => placeOf(document, path, overrides, onKey);
  const problems: KeyProblem[] = [];
  let content: unknown;
  try {
    content = overridden(document.content, overrides);
  } catch (error) {
    if (!(error instanceof ConfigValueError)) throw error;
    return { problems: error.wrong.map(({ path, message }) => ({ path, ...place(path, true), message })) };
  }
  if (isExperimentFile(content)) {
    for (const { path, message } of ruleViolations(content)) {
      problems.push({ path, ...place(path, false), message: reworded(message, path, overrides) });
    }
    if (problems.length === 0) return { given: content, problems: [] };
  } else {
    for (const error of (isExperimentFile.errors ?? []).filter(saysSomething)) {
      const path = pathOf(error);
      problems.push({
        path,
        ...place(path, error.keyword === "additionalProperties"),
        message: reworded(messageOf(error, path, content), path, overrides),
      });
    }
  }
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** A message; one about a value from the command line says so. */
function reworded(message: string, path: KeyPath, overrides: readonly Override[]): string {
  const override = overrides.find((one) => one.place === undefined && isWithin(path, one.path));
  return override === undefined ? message : `${message} (set by --set ${override.path.join(".")})`;
}

/** Whether a schema error is more than a part of another one. */
function saysSomething({ keyword, propertyName }: ErrorObject): boolean {
  return keyword !== "if" && propertyName === undefined;
}

/** The path of a schema error; for an unknown key, that of the key. */
function pathOf({ instancePath, keyword, params }: ErrorObject): KeyPath {
  const path = instancePath.split("/").slice(1).map((part) => {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return /^(?:0|[1-9]\d{0,8})$/.test(key) ? Number(key) : key;
  });
  return keyword === "additionalProperties" ? [...path, String(params.additionalProperty)] : path;
}
