/** The factor by which a rung is higher than the one below, and which the number of configurations is divided by. */
export const REDUCTION = 3;

/** The largest number of rungs: the lowest is a 27th of a whole run. */
const MOST_RUNGS = 4;

/** How long a run is, and how often it is measured. */
export interface RunLength {
  /** The number of steps of the whole run. */
  readonly steps: number;
  /** The number of steps between two validations; the last step ends with one, too. */
  readonly validateEvery: number;
}

/**
 * The number of rungs of successive halving (Jamieson & Talwalkar 2016; the rungs are those of Li et al. 2020, "A system for massively
 * parallel hyperparameter tuning"): as many as have a validation of their own, and at most four.
 */
export function rungCount({ steps, validateEvery }: RunLength): number {
  let count = 1;
  while (count < MOST_RUNGS && steps / REDUCTION ** count >= validateEvery) count++;
  return count;
}

/**
 * The steps after which the configurations of a rung are compared, the lowest rung first: each the first validation at or after its
 * part of the run. They are the steps of the whole run, whose learning rate does not depend on where it is interrupted.
 */
export function rungSteps({ steps, validateEvery }: RunLength, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = steps / REDUCTION ** (count - 1 - i);
    return Math.min(steps, Math.ceil(part / validateEvery) * validateEvery);
  });
}

/** The number of configurations on each rung, the lowest first. @param lowest on the lowest rung */
export function rungSizes(lowest: number, count: number): number[] {
  const sizes: number[] = [];
  for (let size = lowest; sizes.length < count; size = Math.max(1, Math.floor(size / REDUCTION))) {
    sizes.push(size);
  }
  return sizes;
}
