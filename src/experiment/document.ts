import { isMap, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { ExperimentError, type KeyError, type Problem } from "./errors.ts";

/** Keys from the file's root to a value. */
export type KeyPath = readonly (string | number)[];

/** A place in a file, both numbers from 1. */
export type Place = Pick<Problem, "line" | "column">;

/** An experiment file as YAML, whose places can be asked for. */
export class ExperimentDocument {
  /** What the file holds, as plain values. */
  readonly content: unknown;
  private readonly lines = new LineCounter();
  private readonly contents: Node | null;

  /**
   * @param file its path, for messages
   * @throws {ExperimentError} where the text is no YAML
   */
  constructor(text: string, readonly file: string) {
    const document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    if (document.errors.length > 0) {
      throw new ExperimentError(
        file,
        document.errors.map(({ pos, message }) => ({ ...this.at(pos[0]), message })),
      );
    }
    this.content = document.toJS();
    this.contents = document.contents;
  }

  /** Where a value is, or its key; where the nearest thing around it is that the file has. */
  place(path: KeyPath, onKey = false): Place {
    return this.at(offsetOf(this.contents, path, onKey));
  }

  /** Whether the file gives a key a value. */
  has(path: KeyPath): boolean {
    const step = (value: unknown, key: string | number) =>
      (value as Record<string | number, unknown> | null | undefined)?.[key];
    return path.reduce<unknown>(step, this.content) !== undefined;
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

/**
 * A key's error as one of the file that holds the key: with its line and column.
 *
 * @param places keys that stand somewhere else in the file than their path says, as swept ones do
 */
export function located(
  error: KeyError,
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

/** Keys whose values were written somewhere else than their path says. */
export type PlacedKeys = readonly { readonly path: KeyPath; readonly place?: Place }[];

/**
 * Where the value of a key is written: in one of the places that set it, or in the document.
 *
 * @param onKey the key itself, and not its value, is meant
 */
export function placeOf(document: ExperimentDocument, path: KeyPath, set: PlacedKeys, onKey = false): Place {
  const around = set.findLast((key) => isWithin(path, key.path));
  const within = document.has(path) ? undefined : set.findLast((key) => isWithin(key.path, path));
  return (around ?? within)?.place ?? document.place(path, onKey);
}

/** Whether a path leads to, or into, what another one leads to. */
export function isWithin(path: KeyPath, outer: KeyPath): boolean {
  return outer.length <= path.length && outer.every((key, i) => String(key) === String(path[i]));
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
