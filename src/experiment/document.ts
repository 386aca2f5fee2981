import { isMap, type LineCounter } from "yaml";
import { type ConfigValueError, ExperimentError, type Problem } from "../base/errors.ts";
import { DocumentPlaces } from "./document_places.ts";
import { type KeyPath, valueAt } from "./key_path.ts";
import { PathTree } from "./path_tree.ts";
import { EXPERIMENT, type WrittenKind } from "./schema_part.ts";
import type { SchemaPart } from "../schema/schema_part.ts";
import { readYaml } from "./yaml_text.ts";
import { ValueReader, type YamlProblem } from "./yaml_value.ts";

/** A place in a file, both numbers from 1. */
export type Place = Pick<Problem, "line" | "column">;

/** The first keys that a file must have, quoted. */
function firstKeys({ required = [] }: SchemaPart): string {
  return required.slice(0, 3).map((key) => `'${key}'`).join(", ");
}

/** An experiment file, or another that people write, as YAML, which reports the place of each value. */
export class ExperimentDocument {
  /** The file's content as plain values; keys, and values that the schema declares as strings, are kept as they are written. */
  readonly content: unknown;
  private readonly lines: LineCounter;
  private readonly places: DocumentPlaces;

  /**
   * @param file its path, for messages
   * @param kind what it describes, where that is no experiment
   * @throws {ExperimentError} where the text is not YAML, or not a map
   */
  constructor(text: string, readonly file: string, { name, schema }: WrittenKind = EXPERIMENT) {
    const { document, lines, problems } = readYaml(text);
    this.lines = lines;
    this.places = new DocumentPlaces(document.contents);
    this.refuse(problems);
    if (!isMap(document.contents)) {
      const what = document.contents === null ? "is empty" : "holds no keys";
      this.refuse([{
        offset: 0,
        message: `the file ${what}: ${/^[aeio]/.test(name) ? "an" : "a"} ${name} has ${firstKeys(schema)}, …`,
      }]);
    }
    const reader = new ValueReader(document, text, lines);
    this.content = reader.read(schema);
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
    return this.at(this.places.offsetOf(path, onKey));
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
  document: ExperimentDocument,
  places: PlacedKeys = [],
): ExperimentError {
  const placeIn = placesIn(document, places);
  return new ExperimentError(
    document.file,
    error.wrong.map(({ path, message }) => ({ ...placeIn(path), message })),
  );
}

/** Keys whose values are written at another place than their path. */
export type PlacedKeys = readonly { readonly path: KeyPath; readonly place?: Place }[];

/** The place of a key's value; of the key itself where `onKey`. */
export type PlaceOf = (path: KeyPath, onKey?: boolean) => Place;

/** Finds where the values of keys are written: in one of the places that set them, or in the document. */
export function placesIn(document: ExperimentDocument, overrides: PlacedKeys): PlaceOf {
  const tree = new PathTree(overrides.map(({ path }) => path));
  return (path, onKey = false) => {
    const around = tree.around(path);
    const within = document.has(path) ? undefined : tree.within(path)?.last;
    const setter = around ?? within;
    return (setter === undefined ? undefined : overrides[setter]?.place) ?? document.place(path, onKey);
  };
}
