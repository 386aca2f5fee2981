import type { ErrorObject } from "ajv";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { counted } from "../base/counted.ts";
import { type KeyPath, valueAt } from "./key_path.ts";
import { codePoint, UNSEEN } from "./yaml_value.ts";
import { propertiesOf, type SchemaPart } from "../schema/schema_part.ts";
import { EXPERIMENT, isText, partAt, pathsTo, type WrittenKind } from "./schema_part.ts";

/** The valid names of a folder, on all systems. */
const FOLDER_NAME =
  "letters, digits, '.', '_' and '-' only, with a letter or a digit first, no '.' or '.partial' at the end, no name that Windows reserves (con, nul, aux, com1, …), and none of a file of results (.json, .html, .csv, …)";

/**
 * The message of a schema error in plain words: the key, the value, what is allowed, and the nearest valid spelling.
 *
 * @param kind of the file, where it is no experiment
 */
export function messageOf(
  { keyword, params, message }: ErrorObject,
  path: KeyPath,
  content: unknown,
  kind: WrittenKind = EXPERIMENT,
): string {
  const { name, schema } = kind;
  const key = path.length > 0 ? `'${path.join(".")}'` : `the ${name}`;
  const got = `got ${shown(valueAt(content, path))}`;
  switch (keyword) {
    case "additionalProperties": {
      const parent = path.slice(0, -1);
      const part = partAt(parent, schema);
      const allowed = Object.keys(propertiesOf(part));
      const unknown = seen(String(path.at(-1)));
      const isBare = isText(part) && valueAt(content, path) === null;
      return `unknown key '${unknown}'${parent.length ? ` in '${parent.join(".")}'` : ""}${
        nearest(unknown, allowed) || (isBare ? "" : elsewhere(String(path.at(-1)), schema))
      } (allowed: ${allowed.join(", ")})${isBare ? ": a string that starts like this needs quotes" : ""}`;
    }
    case "required":
      return `${path.length ? `${key} lacks` : "there is no"} '${params.missingProperty}'${
        params.missingProperty === "verbalizer" && valueAt(content, ["answer", "kind"]) === "text"
          ? ", and no 'answer.target': texts are those of classes, or of the data's columns"
          : ""
      }`;
    case "enum": {
      const allowed = (params.allowedValues as unknown[]).map(String);
      return `${key} must be ${allowed.length > 1 ? "one of " : ""}${allowed.join(", ")}, ${got}${
        nearest(String(valueAt(content, path)), allowed)
      }`;
    }
    case "const":
      return `${key} must be ${JSON.stringify(params.allowedValue)}, ${got}`;
    case "type":
      return `${key} must be ${
        [params.type].flat().map((type) => `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`).join(" or ")
      }, ${got}${typeHint([params.type].flat(), valueAt(content, path), partAt([...path, 0], schema))}`;
    case "minimum":
      return `${key} must be at least ${params.limit}, ${got}`;
    case "maximum":
      return `${key} must be at most ${params.limit}, ${got}`;
    case "exclusiveMinimum":
      return `${key} must be more than ${params.limit}, ${got}`;
    case "exclusiveMaximum":
      return `${key} must be less than ${params.limit}, ${got}`;
    case "minLength":
      return `${key} must not be empty`;
    case "maxLength":
      return `${key} must have at most ${params.limit} characters`;
    case "minItems":
      return `${key} must have at least ${counted(Number(params.limit), "item")}`;
    case "uniqueItems":
      return `${key} has the same value twice, as items ${params.j + 1} and ${params.i + 1}`;
    case "propertyNames":
      return `'${params.propertyName}' in ${key} names a folder: ${FOLDER_NAME}`;
    case "minProperties":
      return `${key} must have at least ${params.limit} ${
        path.join() === "verbalizer" ? "classes" : "key"
      }, ${got}`;
    case "maxProperties":
      return `${key} must have at most ${counted(Number(params.limit), "key")}, ${got}`;
    case "pattern": {
      const { examples } = partAt(path, schema) ?? {};
      if (examples !== undefined) return `${key} must be written like ${examples.join(", ")}, ${got}`;
      return path.join() === "name"
        ? `'name' names a folder: ${FOLDER_NAME}, ${got}`
        : `${key} must match ${params.pattern}, ${got}`;
    }
    default:
      return `${key} ${message ?? "is not valid"}, ${got}`;
  }
}

/**
 * How to write a value of the types that are allowed, where that is likely what is meant; else nothing.
 *
 * @param item the schema of the items of a list
 */
function typeHint(types: readonly string[], value: unknown, item: SchemaPart | undefined): string {
  if (value === null) return ": write a value after it, or leave the key out";
  if (typeof value === "object") {
    return types.includes("string") ? ": a string that starts like this needs quotes" : "";
  }
  if (types.includes("array")) {
    return item?.enum?.includes(value) === false
      ? `: write a list of ${item.enum.join(", ")}, or of some of them`
      : `: write a list, [${inList(value)}]`;
  }
  if (types.includes("boolean")) return ": write true or false";
  return "";
}

/** A scalar as an item of a list in YAML: a word as it is, everything else in quotes. */
function inList(value: unknown): string {
  return typeof value === "string" && !/^\p{L}[\p{L}\p{N}_-]*$/u.test(value) ? shown(value) : String(value);
}

/** `; did you mean 'training.best'?` where a key belongs in another place. */
function elsewhere(key: string, schema: SchemaPart): string {
  const paths = pathsTo(key, schema);
  return paths.length === 0 ? "" : `; did you mean ${paths.map((path) => `'${path}'`).join(" or ")}?`;
}

/** A key, its invisible characters as their code points. */
function seen(key: string): string {
  return key.replaceAll(new RegExp(UNSEEN, "gu"), (one) => `<${codePoint(one)}>`);
}

function shown(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The largest number of words among which a similar one is looked for. */
const MOST_COMPARED = 200;

/** `; did you mean 'length'?` where an allowed word is similar. */
export function nearest(word: string, allowed: readonly string[]): string {
  const longest = allowed.reduce((most, one) => Math.max(most, one.length), 0);
  if (allowed.length === 0 || allowed.length > MOST_COMPARED || word.length > 2 * longest + 2) return "";
  const best: string = closestString(word, [...allowed]);
  const distance: number = levenshteinDistance(word.toLowerCase(), best.toLowerCase());
  return distance <= Math.max(2, word.length / 3) ? `; did you mean '${best}'?` : "";
}
