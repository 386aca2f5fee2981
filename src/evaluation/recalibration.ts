import { largestOf, softmax } from "./softmax.ts";

/** The calibration of logits after tuning: `metrics.json`'s `calibration`. */
export interface Calibration {
  /** Subtracted from each class's logit (contextual calibration): its log-probability on content-free inputs. */
  readonly shift?: readonly number[];
  /** The divisor of logits. */
  readonly temperature?: number;
}

/**
 * Contextual calibration (Zhao et al. 2021, Calibrate Before Use): a class's probability is divided by its mean probability on
 * content-free inputs.
 *
 * @param logits [content-free inputs][classes]
 * @returns the value to subtract from each class's logit
 */
export function contextualShift(logits: readonly (readonly number[])[]): number[] {
  const each = logits.map(softmax);
  return logits[0]!.map((_, c) => {
    const mean = each.reduce((sum, one) => sum + one[c]!, 0) / each.length;
    // A probability that underflows still has a finite logarithm, computed relative to the largest.
    return mean > 0
      ? Math.log(mean)
      : largestOf(logits.map((row) => logProbability(row, c))) - Math.log(each.length);
  });
}

function logProbability(logits: readonly number[], of: number): number {
  const largest = largestOf(logits);
  return logits[of]! - largest - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}

/** The range of temperatures; the best is at an end where every answer is right, or none. */
const LEAST = 0.05;
const MOST = 20;

/** The number of golden-section steps. */
const ROUNDS = 60;

/**
 * Temperature scaling (Guo et al. 2017): the divisor of logits that minimizes their loss. The loss has one
 * minimum in its inverse; it is found by golden-section search over the logarithm.
 *
 * @param logits [examples][classes], of the validation set
 * @param labels each example's class, as an index
 */
export function fittedTemperature(logits: readonly (readonly number[])[], labels: readonly number[]): number {
  const loss = (logarithm: number) => {
    const scale = Math.exp(-logarithm);
    return logits.reduce((sum, row, i) => {
      const scaled = row.map((x) => x * scale);
      const largest = largestOf(scaled);
      const total = scaled.reduce((all, x) => all + Math.exp(x - largest), 0);
      return sum + Math.log(total) + largest - scaled[labels[i]!]!;
    }, 0);
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(LEAST), Math.log(MOST)];
  for (let round = 0; round < ROUNDS; round++) {
    const width = golden * (high - low);
    const [left, second] = [high - width, low + width];
    if (loss(left) < loss(second)) high = second;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}

/** Calibrated logits. @param logits [classes] */
export function calibrated(logits: readonly number[], { shift, temperature = 1 }: Calibration): number[] {
  return logits.map((x, c) => (x - (shift?.[c] ?? 0)) / temperature);
}
