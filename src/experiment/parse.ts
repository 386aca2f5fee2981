import { Ajv, type ErrorObject } from "ajv";
import { isMap, LineCounter, type Node, type Pair, parse as parseYaml, parseDocument } from "yaml";
import { ExperimentError, InputError, type KeyError, type Problem } from "./errors.ts";
import { messageOf } from "./messages.ts";
import { resolve } from "./resolve.ts";
import { brokenRules } from "./rules.ts";
import schema from "./schema.json" with { type: "json" };
import type { Experiment, PartialExperiment } from "./types.ts";

/** Keys from the file's root to a value. */
export type KeyPath = readonly (string | number)[];

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strictTypes: false }).compile(schema);

/** A key set to another value than the file gives it. */
export interface Override {
  readonly path: KeyPath;
  readonly value: unknown;
  /** The value as it was written. */
  readonly text: string;
}

/**
 * Reads `prompt.length=5`; the value is YAML.
 *
 * @throws {InputError} where it has no `=`
 */
export function parseOverride(assignment: string): Override {
  const at = assignment.indexOf("=");
  if (at < 1) throw new InputError(`'${assignment}' sets nothing: write KEY=VALUE, prompt.length=5 say`);
  const text = assignment.slice(at + 1);
  return { path: assignment.slice(0, at).split("."), value: parseYaml(text), text };
}

/**
 * Reads an experiment file: YAML, checked against the schema and against the rules that join several keys, with every
 * default written out.
 *
 * @param file its path, for messages
 * @param overrides keys set to other values
 * @throws {ExperimentError} with all that is wrong in it, each with its line and column
 */
export function parseExperiment(text: string, file: string, overrides: readonly Override[] = []): Experiment {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    throw new ExperimentError(file, document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message })));
  }
  for (const { path, value } of overrides) document.setIn(path, value);
  const content: unknown = document.toJS();
  const place = (path: KeyPath, onKey: boolean) => at(offsetOf(document.contents, path, onKey));
  const problems: Problem[] = [];
  if (!validate(content)) {
    for (const error of (validate.errors ?? []).filter(({ keyword }) => keyword !== "if")) {
      const path = pathOf(error);
      problems.push({
        ...place(path, error.keyword === "additionalProperties"),
        message: messageOf(error, path, content),
      });
    }
  }
  if (problems.length === 0) {
    for (const { path, message } of brokenRules(content as PartialExperiment)) {
      problems.push({ ...place(path, false), message });
    }
  }
  if (problems.length > 0) {
    throw new ExperimentError(file, problems.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return resolve(content as PartialExperiment);
}

/** A key's error as one of the file that holds the key: with its line and column. */
export function located(error: KeyError, text: string, file: string): ExperimentError {
  const lines = new LineCounter(),
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = error.wrong.map(({ path, message }) => {
    const { line, col } = lines.linePos(offsetOf(document.contents, path, false));
    return { line, column: col, message };
  });
  return new ExperimentError(file, problems);
}

/** Where a schema error lies; for an unknown key, that key. */
function pathOf({ instancePath, keyword, params }: ErrorObject): KeyPath {
  const path = instancePath.split("/").slice(1).map((part) => {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return /^\d+$/.test(key) ? Number(key) : key;
  });
  return keyword === "additionalProperties" ? [...path, String(params.additionalProperty)] : path;
}

/** The offset in the text of a value or of its key; of the nearest thing around it where it is not there. */
function offsetOf(contents: Node | null, path: KeyPath, onKey: boolean): number {
  let node: Node | null = contents, offset = contents?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((item) => String(item.key) === String(key))
      : undefined;
    const found: unknown = pair
      ? pair.value
      : node && "get" in node
      ? (node as { get(k: unknown, keep: boolean): unknown }).get(key, true)
      : undefined;
    const keyOffset = (pair?.key as Node | undefined)?.range?.[0];
    if (keyOffset !== undefined) offset = keyOffset;
    if (!found || typeof found !== "object" || !("range" in found)) break;
    node = found as Node;
    const isLast = depth === path.length - 1;
    if (!(isLast && onKey)) offset = node.range?.[0] ?? offset;
  }
  return offset;
}
