import { InputError } from "../experiment/errors.ts";
import type { Prediction } from "../results/predictions.ts";
import type { RunRecord } from "../results/read_run.ts";

/** The test examples that all runs of a comparison have, in the order of the first, and how many only one side has. */
export interface Alignment {
  /** Each run's predictions of the common examples, in one order. */
  readonly a: readonly (readonly Prediction[])[];
  readonly b: readonly (readonly Prediction[])[];
  readonly paired: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
}

/** Of the smaller test set, so much must be in the other one too. */
const LEAST_SHARED = 0.5;

/**
 * Aligns the predictions of two sides, example by example: the same example has the same id and the same text.
 *
 * @throws {InputError} where the test sets are different ones, with the reason
 */
export function align(a: readonly RunRecord[], b: readonly RunRecord[]): Alignment {
  const maps = { a: a.map(byKey), b: b.map(byKey) }, all = [...maps.a, ...maps.b];
  const [first] = all;
  const common = [...first!.keys()].filter((key) => all.every((map) => map.has(key)));
  const sizes = {
    a: maps.a.reduce((most, { size }) => Math.max(most, size), 0),
    b: maps.b.reduce((most, { size }) => Math.max(most, size), 0),
  };
  refuseDifferent(a, b, common.length, sizes);
  const picked = (map: ReadonlyMap<string, Prediction>) => common.map((key) => map.get(key)!);
  const aligned = { a: maps.a.map(picked), b: maps.b.map(picked) };
  refuseClasses([...a, ...b]);
  refuseLabels([...aligned.a, ...aligned.b]);
  return {
    ...aligned,
    paired: common.length,
    onlyInA: sizes.a - common.length,
    onlyInB: sizes.b - common.length,
  };
}

function byKey({ predictions }: RunRecord): Map<string, Prediction> {
  return new Map(predictions.map((one) => [`${one.id} ${one.text_sha256}`, one]));
}

function refuseDifferent(
  a: readonly RunRecord[],
  b: readonly RunRecord[],
  common: number,
  sizes: { readonly a: number; readonly b: number },
): void {
  const texts = new Map(a[0]!.predictions.map(({ id, text_sha256 }) => [id, text_sha256]));
  const changed = b[0]!.predictions.filter(({ id, text_sha256 }) =>
    texts.has(id) && texts.get(id) !== text_sha256
  );
  if (changed.length > 0) {
    throw new InputError(
      `the test sets are different ones and cannot be paired: ${changed.length} examples have another text in B than in A, '${
        changed[0]!.id
      }' for one (another file, or another 'dataset.clean')`,
    );
  }
  if (common < LEAST_SHARED * Math.min(sizes.a, sizes.b)) {
    throw new InputError(
      `the test sets are different ones and cannot be paired: of ${sizes.a} and ${sizes.b} examples only ${common} are in all runs (another dataset, or another 'dataset.split')`,
    );
  }
}

function refuseClasses(runs: readonly RunRecord[]): void {
  const classes = ({ metrics }: RunRecord) => metrics.test.confusion.classes.toSorted().join(", ");
  const [first, ...others] = runs.map(classes), other = others.find((one) => one !== first);
  if (other !== undefined) {
    throw new InputError(
      `the runs tell different classes apart and cannot be paired: ${first} against ${other}`,
    );
  }
}

function refuseLabels(runs: readonly (readonly Prediction[])[]): void {
  const [first, ...others] = runs;
  for (const [i, { id, label }] of first!.entries()) {
    const other = others.find((run) => run[i]!.label !== label);
    if (other !== undefined) {
      throw new InputError(
        `the test sets are different ones and cannot be paired: '${id}' is ${label} in one and ${
          other[i]!.label
        } in the other`,
      );
    }
  }
}
