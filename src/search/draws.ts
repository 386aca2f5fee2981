import type { Override } from "../experiment/override.ts";
import { type SearchAxis, valueOn } from "../experiment/search_axes.ts";
import { HaltonSequence } from "./halton.ts";

/** The significant digits of a number that is drawn from a range: it stands in the names of folders. */
const DIGITS = 4;

/** The number of draws in a row that were drawn before, after which the space is taken to be exhausted. */
const MOST_REPEATED = 1000;

/** The configurations of a search, in an order that depends on its space and its seed alone; none comes twice. */
export class Draws {
  private readonly sequence: HaltonSequence;
  private readonly seen = new Set<string>();
  private readonly size: number;
  private index = 0;

  /** @param seed of the sequence */
  constructor(private readonly axes: readonly SearchAxis[], seed: number) {
    this.sequence = new HaltonSequence(axes.length, seed);
    this.size = axes.reduce((product, axis) => product * sizeOf(axis), 1);
  }

  /** The next configuration, a value of each axis; `undefined` where there are no others. */
  next(): Override[] | undefined {
    for (let repeated = 0; this.seen.size < this.size && repeated < MOST_REPEATED; repeated++) {
      const point = this.sequence.point(this.index++);
      const values = this.axes.map((axis, i) => valueAt(axis, point[i]!));
      const key = JSON.stringify(values.map(({ value }) => value));
      if (this.seen.has(key)) continue;
      this.seen.add(key);
      return values;
    }
    return undefined;
  }
}

/** The number of values of an axis. */
function sizeOf(axis: SearchAxis): number {
  if (axis.kind === "choice") return axis.values.length;
  return axis.isInteger ? Math.floor(axis.to) - Math.ceil(axis.from) + 1 : Infinity;
}

/** The value of an axis at a share of its length. @param share from 0 to less than 1 */
function valueAt(axis: SearchAxis, share: number): Override {
  if (axis.kind === "choice") return axis.values[Math.floor(share * axis.values.length)] ?? axis.first;
  const { from, to, isLog, isInteger } = axis;
  // Whole numbers are the middles of intervals of length 1.
  const [low, high] = isInteger ? [from - 0.5, to + 0.5] : [from, to];
  const drawn = isLog ? low * (high / low) ** share : low + (high - low) * share;
  const value = isInteger ? Math.round(drawn) : Number(drawn.toPrecision(DIGITS));
  return valueOn(axis, Math.min(to, Math.max(from, value)));
}
