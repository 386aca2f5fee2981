import { resolve } from "@std/path";
import { pathsFrom } from "../disk/kept_place.ts";
import type { ExperimentDocument } from "../experiment/document.ts";
import type { KeyPath } from "../experiment/key_path.ts";
import { FILE_PART, partOf } from "../experiment/schema_part.ts";
import type { SchemaPart } from "../schema/schema_part.ts";

/** A path in an experiment file. */
export interface NamedPath {
  readonly key: KeyPath;
  /** As it is written, … */
  readonly written: string;
  /** … and in full. */
  readonly path: string;
}

/** The paths that an experiment file names, in its sweep and its variants, too: what the schema gives the format `path`. */
export function namedPaths({ content, file }: Pick<ExperimentDocument, "content" | "file">): NamedPath[] {
  return stringsOf("path", content, FILE_PART).map(({ key, value }) => ({
    key,
    written: value,
    path: resolve(pathsFrom(file), value),
  }));
}

function stringsOf(
  format: string,
  value: unknown,
  part: SchemaPart | undefined,
  key: KeyPath = [],
): { readonly key: KeyPath; readonly value: string }[] {
  if (typeof value === "string") return part?.format === format ? [{ key, value }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const step = Array.isArray(value) ? Number(name) : name;
    return stringsOf(format, inner, partOf(part, step), [...key, step]);
  });
}
