import { type SumKernel, sumKernel, TOGETHER } from "./sum_kernel.ts";
import type { WeightedGroups } from "./weighted_groups.ts";

/** Where a run's groups lie in the memory. */
interface Placed {
  readonly groups: number;
  /** Addresses, as the kernel takes them. */
  readonly weights: number;
  readonly examples: number;
  readonly ends: number;
}

const U32 = Uint32Array.BYTES_PER_ELEMENT;
const F64 = Float64Array.BYTES_PER_ELEMENT;
/** The bytes of a number for each resample. */
const ROW = TOGETHER * F64;
const PAGE = 65536;

/** The draws of several resamples, and the sums of the groups of runs over each of them. */
export class ResampledSums {
  /** The number of draws of each resample. */
  readonly totals = new Float64Array(TOGETHER);
  /** How often each example was drawn: [TOGETHER, examples], where the draws of one resample are near to each other. */
  private readonly drawn: Int32Array;
  /** The same as the kernel takes it: [examples, TOGETHER]. */
  private readonly counts: Float64Array;
  private isTransposed = false;
  private readonly memory: WebAssembly.Memory;
  private readonly kernel: SumKernel;
  private readonly runs: readonly Placed[];
  /** The address of the sums of the run that was summed last. */
  private readonly sums: number;

  /**
   * @param examples the number of examples to draw from
   * @param runs the groups of each run
   */
  constructor(private readonly examples: number, runs: readonly WeightedGroups[]) {
    let end = examples * ROW;
    const take = (bytes: number) => {
      const at = end;
      end += Math.ceil(bytes / F64) * F64;
      return at;
    };
    this.sums = take(runs.reduce((most, { ends }) => Math.max(most, ends.length), 0) * ROW);
    this.runs = runs.map(({ examples, weights, ends }) => ({
      groups: ends.length,
      weights: take(weights.length * F64),
      examples: take(examples.length * U32),
      ends: take(ends.length * U32),
    }));
    const pages = Math.ceil(end / PAGE);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.kernel = sumKernel(this.memory);
    this.drawn = new Int32Array(TOGETHER * examples);
    this.counts = new Float64Array(this.memory.buffer, 0, examples * TOGETHER);
    for (const [i, run] of runs.entries()) this.place(run, this.runs[i]!);
  }

  private place(run: WeightedGroups, { weights, examples, ends }: Placed): void {
    const { buffer } = this.memory;
    new Float64Array(buffer, weights, run.weights.length).set(run.weights);
    new Uint32Array(buffer, examples, run.examples.length).set(run.examples.map((one) => one * ROW));
    new Uint32Array(buffer, ends, run.ends.length).set(
      Array.from(run.ends, (end) => examples + end * U32),
    );
  }

  /** Starts again without any draws. */
  clear(): void {
    this.drawn.fill(0);
    this.totals.fill(0);
    this.isTransposed = false;
  }

  /** Draws an example. @param resample from 0 to TOGETHER - 1 */
  add(resample: number, example: number): void {
    this.drawn[resample * this.examples + example]! += 1;
    this.totals[resample]! += 1;
    this.isTransposed = false;
  }

  private transpose(): void {
    let at = 0;
    for (let example = 0; example < this.examples; example++) {
      for (let from = example; from < this.drawn.length; from += this.examples) {
        this.counts[at++] = this.drawn[from]!;
      }
    }
    this.isTransposed = true;
  }

  /** The sums of a run's groups, [groups, TOGETHER]: valid until the next call. */
  sum(run: number): Float64Array {
    if (!this.isTransposed) this.transpose();
    const { groups, weights, examples, ends } = this.runs[run]!;
    this.kernel(ends, ends + groups * U32, examples, weights, this.sums);
    return new Float64Array(this.memory.buffer, this.sums, groups * TOGETHER);
  }
}
