import { largestOf, softmax } from "./softmax.ts";

/** How logits are set right once a prompt is tuned: `metrics.json`'s `calibration`. */
export interface Calibration {
  /** What is taken off each class's logit (contextual calibration): the log-probability that it has without content. */
  readonly shift?: readonly number[];
  /** What logits are divided by. */
  readonly temperature?: number;
}

/**
 * Contextual calibration (Zhao et al. 2021, Calibrate Before Use): a class's probability is divided by what it is on inputs
 * that say nothing, whose mean it is.
 *
 * @param logits [content-free inputs][classes]
 * @returns what is taken off each class's logit
 */
export function contextualShift(logits: readonly (readonly number[])[]): number[] {
  const each = logits.map(softmax);
  return logits[0]!.map((_, c) => {
    const mean = each.reduce((sum, one) => sum + one[c]!, 0) / each.length;
    // A probability too small for a number has a logarithm that is one: that of the largest, as the others are smaller still.
    return mean > 0
      ? Math.log(mean)
      : largestOf(logits.map((row) => logProbability(row, c))) - Math.log(each.length);
  });
}

function logProbability(logits: readonly number[], of: number): number {
  const largest = largestOf(logits);
  return logits[of]! - largest - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - largest), 0));
}

/** Temperatures are looked for between these; where the best is at an end, every answer is right, or none. */
const LEAST = 0.05;
const MOST = 20;

/** So often the interval that the temperature lies in is made smaller, by the golden ratio. */
const ROUNDS = 60;

/**
 * Temperature scaling (Guo et al. 2017): the number that logits are divided by so that their loss is least. The loss has one
 * minimum in its inverse; it is found by golden sections of the logarithm.
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

/** Logits as a calibration sets them right. @param logits [classes] */
export function calibrated(logits: readonly number[], { shift, temperature = 1 }: Calibration): number[] {
  return logits.map((x, c) => (x - (shift?.[c] ?? 0)) / temperature);
}
