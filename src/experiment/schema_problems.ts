import type { ErrorObject } from "ajv";
import type { Problem } from "../base/errors.ts";
import type { PlaceOf } from "./document.ts";
import type { KeyPath } from "./key_path.ts";
import { messageOf } from "./messages.ts";
import type { WrittenKind } from "./schema_part.ts";

/** A problem of a key's value. */
export interface KeyProblem extends Problem {
  readonly path: KeyPath;
}

/**
 * The errors of a schema as problems of the file, from top to bottom.
 *
 * @param errors what Ajv found
 * @param content what was checked
 * @param place where the values of keys are written
 * @param kind of the file, where it is no experiment
 */
export function schemaProblems(
  errors: readonly ErrorObject[] | null | undefined,
  content: unknown,
  place: PlaceOf,
  kind?: WrittenKind,
): (KeyProblem & { readonly message: string })[] {
  return inOrder(
    (errors ?? []).filter(saysSomething).map((error) => {
      const path = pathOf(error);
      const onKey = error.keyword === "additionalProperties";
      return { path, ...place(path, onKey), message: messageOf(error, path, content, kind) };
    }),
  );
}

/** Problems in the order of the file. */
export function inOrder<One extends Problem>(problems: readonly One[]): One[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
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
