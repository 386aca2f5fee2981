import type { ErrorObject } from "ajv";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import type { KeyPath } from "./document.ts";
import schema from "./schema.json" with { type: "json" };

/** The part of a JSON Schema that messages speak of. */
interface SchemaPart {
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly else?: SchemaPart;
  readonly items?: SchemaPart;
}

/** Says what is wrong in a person's words: the key, the value, what is allowed, and the nearest valid spelling. */
export function messageOf(
  { keyword, params, message }: ErrorObject,
  path: KeyPath,
  content: unknown,
): string {
  const key = path.length > 0 ? `'${path.join(".")}'` : "the experiment",
    got = `got ${shown(valueAt(content, path))}`;
  switch (keyword) {
    case "additionalProperties": {
      const parent = path.slice(0, -1), allowed = keysAt(parent);
      const unknown = String(path.at(-1));
      return `unknown key '${unknown}'${parent.length ? ` in '${parent.join(".")}'` : ""}${
        nearest(unknown, allowed)
      } (allowed: ${allowed.join(", ")})`;
    }
    case "required":
      return `${path.length ? `${key} lacks` : "there is no"} '${params.missingProperty}'`;
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
      }, ${got}`;
    case "minimum":
      return `${key} must be at least ${params.limit}, ${got}`;
    case "exclusiveMinimum":
      return `${key} must be more than ${params.limit}, ${got}`;
    case "exclusiveMaximum":
      return `${key} must be less than ${params.limit}, ${got}`;
    case "minLength":
      return `${key} must not be empty`;
    case "minItems":
      return `${key} must have at least ${params.limit} item`;
    case "uniqueItems":
      return `${key} has the same value twice, as items ${params.j + 1} and ${params.i + 1}`;
    case "propertyNames":
      return `'${params.propertyName}' in ${key} names a folder: letters, digits, '.', '_' and '-' only, and no '.partial' at the end`;
    case "minProperties":
      return `${key} must have at least ${params.limit} ${
        path.join() === "verbalizer" ? "classes" : "key"
      }, ${got}`;
    case "pattern":
      return path.join() === "name"
        ? `'name' names a folder: letters, digits, '.', '_' and '-' only, and no '.partial' at the end, ${got}`
        : `${key} must match ${params.pattern}, ${got}`;
    default:
      return `${key} ${message ?? "is not valid"}, ${got}`;
  }
}

/** The keys that the schema allows at a path. */
function keysAt(path: KeyPath): string[] {
  let part: SchemaPart | undefined = schema as SchemaPart;
  for (const key of path) {
    part = typeof key === "number" ? part?.items : (part?.properties ?? part?.else?.properties)?.[key];
  }
  return Object.keys(part?.properties ?? part?.else?.properties ?? {});
}

function valueAt(content: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    content,
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `; did you mean 'length'?` where something allowed is near. */
export function nearest(word: string, allowed: readonly string[]): string {
  if (allowed.length === 0) return "";
  const best: string = closestString(word, [...allowed]);
  const distance: number = levenshteinDistance(word.toLowerCase(), best.toLowerCase());
  return distance <= Math.max(2, word.length / 3) ? `; did you mean '${best}'?` : "";
}
