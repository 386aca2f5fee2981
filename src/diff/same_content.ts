import { equal } from "@std/assert/equal";
import { partAt } from "../experiment/schema_part.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { Differences } from "./differences.ts";

/** What a run records the hash of, by its key. */
const HASHED = ["model", "dataset"] as const;

/** The keys that say where content was found, besides those that the experiment's schema marks as paths. */
const PLACES = new Set(["name", "revision", "folder"]);

/**
 * Leaves out where a model or data were found (another relative path, another commit of the hub) if both sides found the same:
 * the hash of their content is the same.
 *
 * @param differences by their paths, of two groups of runs
 */
export function withoutSameContent(
  differences: Differences,
  [a]: readonly RunRecord[],
  [b]: readonly RunRecord[],
): Differences {
  const same = HASHED.filter((key) => isSame(a!.environment[key], b!.environment[key]));
  const isPlace = (path: string) => {
    const [top, ...rest] = path.split(".");
    return same.some((key) => key === top) &&
      (PLACES.has(rest.join(".")) || partAt(path.split("."))?.format === "path");
  };
  return Object.fromEntries(Object.entries(differences).filter(([path]) => !isPlace(path)));
}

/** What the hash of a model's graph leaves out, `files` has, in runs that list them. */
interface HashedContent {
  readonly sha256: string;
  readonly files?: Readonly<Record<string, string>>;
}

function isSame(a: HashedContent, b: HashedContent): boolean {
  return a.sha256 === b.sha256 && (a.files === undefined || b.files === undefined || equal(a.files, b.files));
}
