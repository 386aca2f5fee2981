import { basename } from "@std/path";
import { InputError } from "../base/errors.ts";
import type { Evaluation, Program } from "../foreign/evaluation.ts";
import { readForeign } from "../foreign/read_foreign.ts";
import { partialRuns, runFolders } from "../results/run_folders.ts";

/** A side of a comparison that another program has written. */
export interface ForeignSide {
  /** As named by the user. */
  readonly source: string;
  readonly program: Program;
  readonly evaluations: readonly Evaluation[];
}

/** Two evaluations that belong together. */
export interface ForeignPair {
  /** What to call the comparison; empty where there is only one. */
  readonly variant: string;
  readonly a: Evaluation;
  readonly b: Evaluation;
}

/** The pairs of evaluations that are compared, and the names of those without a counterpart. */
export interface ForeignPairs {
  readonly pairs: readonly ForeignPair[];
  readonly variantsOnlyInA: readonly string[];
  readonly variantsOnlyInB: readonly string[];
}

/**
 * Reads a side that another program has written.
 *
 * @returns `undefined` where it is a place of runs, a page, or nothing at all
 * @throws {InputError} where it is another program's, and damaged or in a form that is not read
 */
export async function readForeignSide(source: string): Promise<ForeignSide | undefined> {
  const info = await Deno.stat(source).catch(() => undefined);
  if (
    info === undefined || info.isFile && (source.endsWith(".html") || basename(source) === "summary.json")
  ) {
    return undefined;
  }
  if (info.isDirectory && [...await runFolders(source), ...await partialRuns(source)].length > 0) {
    return undefined;
  }
  const found = await readForeign(source);
  return found && { source, ...found };
}

/**
 * Pairs the evaluations of two sides by their names: of the parts of a name, such as the task and the model, those in which the
 * evaluations of a side differ. Where no name is on both sides, a side with one evaluation is compared with each of the other.
 *
 * @throws {InputError} where two evaluations of a side have the same name, or no evaluation has a counterpart
 */
export function pairEvaluations(a: ForeignSide, b: ForeignSide): ForeignPairs {
  const parts = [
    ...new Set([a, b].flatMap(({ evaluations }) => evaluations.flatMap((one) => Object.keys(one.parts)))),
  ]
    .filter((part) => [a, b].some(({ evaluations }) => valuesOf(evaluations, part).size > 1));
  const [ofA, ofB] = [byName(a, parts), byName(b, parts)];
  const common = [...ofA].flatMap(([name, one]) => {
    const other = ofB.get(name);
    return other === undefined ? [] : [{ variant: name, a: one, b: other }];
  });
  const pairs = common.length > 0 ? common : everyPair(ofA, ofB);
  if (pairs.length === 0) {
    const some = (names: ReadonlyMap<string, Evaluation>) => [...names.keys()].slice(0, 3).join("; ");
    throw new InputError(
      `${a.source} and ${b.source} have no evaluation in common (${some(ofA)} against ${
        some(ofB)
      }): name the files of two that belong together`,
    );
  }
  const only = (own: ReadonlyMap<string, Evaluation>, other: ReadonlyMap<string, Evaluation>) =>
    common.length > 0 ? [...own.keys()].filter((name) => !other.has(name)) : [];
  return {
    pairs: pairs.length === 1 ? pairs.map((pair) => ({ ...pair, variant: "" })) : pairs,
    variantsOnlyInA: only(ofA, ofB),
    variantsOnlyInB: only(ofB, ofA),
  };
}

function everyPair(a: ReadonlyMap<string, Evaluation>, b: ReadonlyMap<string, Evaluation>): ForeignPair[] {
  if (a.size > 1 && b.size > 1) return [];
  return [...a].flatMap(([nameA, one]) =>
    [...b].map(([nameB, other]) => ({ variant: a.size > 1 ? nameA : nameB, a: one, b: other }))
  );
}

function valuesOf(evaluations: readonly Evaluation[], part: string): Set<string | undefined> {
  return new Set(evaluations.map(({ parts }) => parts[part]));
}

function byName({ source, evaluations }: ForeignSide, parts: readonly string[]): Map<string, Evaluation> {
  const found = new Map<string, Evaluation>();
  for (const one of evaluations) {
    const name = parts.flatMap((part) => one.parts[part] ?? []).join(", ");
    const other = found.get(name);
    if (other !== undefined) {
      throw new InputError(
        `${source} has two evaluations of ${
          Object.values(one.parts).join(", ")
        }, in ${other.file} and in ${one.file}: name one of these files`,
      );
    }
    found.set(name, one);
  }
  return found;
}
