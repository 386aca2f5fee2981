import { RandomStream } from "../base/random_stream.ts";

/**
 * Points that fill a cube of any number of dimensions more evenly than independent draws do: a Halton sequence whose digits are
 * permuted at random, each place of each dimension for itself (Owen 2017, "A randomized Halton algorithm in R", arXiv:1706.02808).
 * Any number of points begins the same sequence.
 */
export class HaltonSequence {
  private readonly axes: readonly {
    readonly base: number;
    readonly places: readonly (readonly number[])[];
  }[];

  /** @param seed of the permutations */
  constructor(dimensions: number, seed: number) {
    this.axes = firstPrimes(dimensions).map((base) => {
      const digits = Array.from({ length: base }, (_, digit) => digit);
      const places = Math.ceil(53 / Math.log2(base));
      return {
        base,
        places: Array.from(
          { length: places },
          (_, place) => new RandomStream(seed, `search/${base}/${place}`).shuffled(digits),
        ),
      };
    });
  }

  /** A point of the sequence, each coordinate at least 0 and less than 1. @param index from 0 */
  point(index: number): number[] {
    return this.axes.map(({ base, places }) => {
      let left = index;
      let unit = 1;
      let sum = 0;
      for (const permuted of places) {
        unit /= base;
        sum += permuted[left % base]! * unit;
        left = Math.floor(left / base);
      }
      // The sum of the largest digits may be rounded up to 1.
      return Math.min(sum, 1 - Number.EPSILON / 2);
    });
  }
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
