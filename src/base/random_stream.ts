import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { fnv1a } from "./fnv.ts";

/** A stream of random draws. Streams with other names or seeds are independent of it: an additional draw from one does not change another. */
export class RandomStream {
  private readonly generator;

  /** @param seed the experiment's seed; 0 is a seed @param name what is drawn, for example `initialization` */
  constructor(seed: number, name: string) {
    this.generator = xoroshiro128plus(fnv1a(`${seed}/${name}`) | 0);
  }

  /** A whole number from 0 to `below` - 1, all equally likely. */
  integer(below: number): number {
    return uniformInt(this.generator, 0, below - 1);
  }

  /** A number from `low` to `high`, uniformly. */
  uniform(low: number, high: number): number {
    return low + (high - low) * uniformFloat64(this.generator);
  }

  /** The items in random order (Fisher & Yates), in a new array. */
  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
    }
    return mixed;
  }
}
