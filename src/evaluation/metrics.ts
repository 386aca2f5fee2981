import { calibrationError, type Confidence } from "./calibration.ts";
import { indexOfLargest, softmax } from "./softmax.ts";

/** How often answers are the right class; the names are those of `metrics.json`. */
export interface ClassMetrics {
  /** With its 95% interval (Wilson 1927). */
  readonly accuracy: { readonly value: number; readonly interval: readonly [number, number] };
  /** Over the classes that have examples or are predicted. */
  readonly macro_f1: number;
  readonly per_class: Readonly<
    Record<string, { readonly precision: number; readonly recall: number; readonly support: number }>
  >;
  /** counts[i][j]: examples of class i predicted as class j. */
  readonly confusion: {
    readonly classes: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
}

/** The metrics of a prompt whose answers are classes with probabilities. */
export interface Metrics extends ClassMetrics {
  readonly examples: number;
  /** Mean cross-entropy over the classes, in nats. */
  readonly loss: number;
  /** Guo et al. 2017, ten bins of equal width. */
  readonly expected_calibration_error: number;
}

/** The 97.5% quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * Computes the metrics of predictions.
 *
 * @param logits [examples][classes]
 * @param labels each example's class, as an index
 */
export function measure(
  logits: readonly (readonly number[])[],
  labels: readonly number[],
  classes: readonly string[],
): Metrics {
  const confidences: Confidence[] = [];
  const found: number[] = [];
  let loss = 0;
  for (const [i, row] of logits.entries()) {
    const probabilities = softmax(row);
    const predicted = indexOfLargest(row);
    const label = labels[i]!;
    found.push(predicted);
    loss -= Math.log(Math.max(probabilities[label]!, Number.MIN_VALUE));
    confidences.push({ confidence: probabilities[predicted]!, correct: predicted === label });
  }
  const { accuracy, macro_f1, per_class, confusion } = measureClasses(found, labels, classes);
  return {
    examples: labels.length,
    accuracy,
    macro_f1,
    loss: loss / labels.length,
    per_class,
    confusion,
    expected_calibration_error: calibrationError(confidences),
  };
}

/**
 * Computes the metrics that need no probabilities.
 *
 * @param predicted each answer, as the index of its class; `undefined`, which is never right, where it is none of the classes
 * @param labels each example's class, as an index
 */
export function measureClasses(
  predicted: readonly (number | undefined)[],
  labels: readonly number[],
  classes: readonly string[],
): ClassMetrics {
  const counts = classes.map(() => classes.map(() => 0));
  const supports = classes.map(() => 0);
  let correct = 0;
  for (const [i, label] of labels.entries()) {
    const found = predicted[i];
    supports[label]!++;
    if (found !== undefined) counts[label]![found]!++;
    if (found === label) correct++;
  }
  const perClass = classes.map((_, c) => {
    const hits = counts[c]![c]!;
    const support = supports[c]!;
    const predicted = sum(counts.map((row) => row[c]!));
    return { precision: ratio(hits, predicted), recall: ratio(hits, support), support, predicted };
  });
  const present = perClass.filter(({ support, predicted }) => support + predicted > 0);
  return {
    accuracy: { value: correct / labels.length, interval: wilsonInterval(correct, labels.length) },
    macro_f1: sum(present.map(({ precision, recall }) => ratio(2 * precision * recall, precision + recall))) /
      present.length,
    per_class: Object.fromEntries(perClass.map(({ predicted: _, ...one }, c) => [classes[c]!, one])),
    confusion: { classes, counts },
  };
}

/** Wilson's score interval (1927) for a proportion, at 95%: its ends are 0 and 1, and not almost, where none or all are correct. */
export function wilsonInterval(correct: number, total: number): [number, number] {
  const share = correct / total;
  const z2 = Z * Z / total;
  const centre = share + z2 / 2;
  const reach = Z * Math.sqrt(share * (1 - share) / total + z2 / (4 * total));
  return [
    correct === 0 ? 0 : Math.max(0, (centre - reach) / (1 + z2)),
    correct === total ? 1 : Math.min(1, (centre + reach) / (1 + z2)),
  ];
}

/** A ratio; 0 where the denominator is 0: no example of a class, or none predicted as it. */
function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
