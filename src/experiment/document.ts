import { isMap, isNode, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";
import { type ConfigValueError, ExperimentError, type Problem } from "../base/errors.ts";
import { FILE_PART } from "./schema_part.ts";
import { readYaml } from "./yaml_text.ts";
import { asWritten, ValueReader, type YamlProblem } from "./yaml_value.ts";

/** Keys from the file's root to a value. */
export type KeyPath = readonly (string | number)[];

/** A place in a file, both numbers from 1. */
export type Place = Pick<Problem, "line" | "column">;

/** An experiment file as YAML, which reports the place of each value. */
export class ExperimentDocument {
  /** The file's content as plain values; keys, and values that the schema declares as strings, are kept as they are written. */
  readonly content: unknown;
  private readonly lines: LineCounter;
  private readonly contents: Node | null;

  /**
   * @param file its path, for messages
   * @throws {ExperimentError} where the text is not YAML, or not a map
   */
  constructor(text: string, readonly file: string) {
    const { document, lines, problems } = readYaml(text);
    this.lines = lines;
    this.contents = document.contents;
    this.refuse(problems);
    if (!isMap(document.contents)) {
      const what = document.contents === null ? "is empty" : "holds no keys";
      this.refuse([{
        offset: 0,
        message: `the file ${what}: an experiment has 'name', 'model', 'dataset', …`,
      }]);
    }
    const reader = new ValueReader(document, text);
    this.content = reader.read(FILE_PART);
    this.refuse(reader.problems);
  }

  private refuse(problems: readonly YamlProblem[]): void {
    if (problems.length === 0) return;
    throw new ExperimentError(
      this.file,
      problems.map(({ offset, message }) => ({ ...this.at(offset), message })),
    );
  }

  /** The place of a value or of its key; that of the nearest enclosing value where the file does not have it. */
  place(path: KeyPath, onKey = false): Place {
    return this.at(offsetOf(this.contents, path, onKey));
  }

  /** Whether the file gives a key a value. */
  has(path: KeyPath): boolean {
    return valueAt(this.content, path) !== undefined;
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

/**
 * A key's error as one of the file that holds the key: with its line and column.
 *
 * @param places keys written at another place in the file than their path, such as swept ones
 */
export function withLocation(
  error: ConfigValueError,
  text: string,
  file: string,
  places: PlacedKeys = [],
): ExperimentError {
  const document = new ExperimentDocument(text, file);
  return new ExperimentError(
    file,
    error.wrong.map(({ path, message }) => ({ ...placeOf(document, path, places), message })),
  );
}

/** Keys whose values are written at another place than their path. */
export type PlacedKeys = readonly { readonly path: KeyPath; readonly place?: Place }[];

/**
 * Where the value of a key is written: in one of the places that set it, or in the document.
 *
 * @param onKey whether the place of the key itself is meant, not that of its value
 */
export function placeOf(
  document: ExperimentDocument,
  path: KeyPath,
  overrides: PlacedKeys,
  onKey = false,
): Place {
  const around = overrides.findLast((key) => isWithin(path, key.path));
  const within = document.has(path) ? undefined : overrides.findLast((key) => isWithin(key.path, path));
  return (around ?? within)?.place ?? document.place(path, onKey);
}

/** Whether a path leads to, or into, what another one leads to. */
export function isWithin(path: KeyPath, outer: KeyPath): boolean {
  return outer.length <= path.length && outer.every((key, i) => String(key) === String(path[i]));
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(content: unknown, path: KeyPath): unknown {
  const step = (value: unknown, key: string | number): unknown =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? Reflect.get(value, key)
      : undefined;
  return path.reduce(step, content);
}

/** The offset in the text of a value or of its key; that of the nearest enclosing value where it is missing. */
function offsetOf(contents: Node | null, path: KeyPath, onKey: boolean): number {
  let node: Node | null = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const [depth, key] of path.entries()) {
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && asWritten(item.key) === String(key))
      : undefined;
    const found: unknown = pair ? pair.value : isSeq(node) ? node.get(key, true) : undefined;
    const keyOffset = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    if (keyOffset !== undefined) offset = keyOffset;
    if (!isNode(found)) break;
    node = found;
    const isLast = depth === path.length - 1;
    if (!(isLast && onKey)) offset = node.range?.[0] ?? offset;
  }
  return offset;
}
