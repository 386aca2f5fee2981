/** A prediction's confidence, the probability of the predicted class, and whether it is right. */
export interface Confidence {
  readonly confidence: number;
  readonly correct: boolean;
}

/** A bin of predictions with similar confidence. */
export interface ReliabilityBin {
  /** The range of confidences: from, to. */
  readonly range: readonly [number, number];
  readonly count: number;
  /** Means over the bin; 0 where it is empty. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** The number of bins of equal width (Guo et al. 2017 use 15 for many more examples). */
export const BINS = 10;

/** The index of a confidence's bin. */
export function binOf(confidence: number): number {
  return Math.min(BINS - 1, Math.floor(confidence * BINS));
}

/** Confidence against accuracy, bin by bin: a reliability diagram (Guo et al. 2017, On Calibration of Modern Neural Networks). */
export function reliabilityBins(predictions: readonly Confidence[]): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const inside = predictions.filter(({ confidence }) => binOf(confidence) === bin);
    const count = inside.length;
    const mean = (of: (one: Confidence) => number) =>
      inside.reduce((sum, one) => sum + of(one), 0) / (count || 1);
    return {
      range: [bin / BINS, (bin + 1) / BINS],
      count,
      confidence: mean(({ confidence }) => confidence),
      accuracy: mean(({ correct }) => Number(correct)),
    };
  });
}

/** The expected calibration error: the mean gap between confidence and accuracy over the bins, weighted by their sizes. */
export function calibrationError(predictions: readonly Confidence[]): number {
  const gaps = reliabilityBins(predictions).map(({ count, confidence, accuracy }) =>
    count * Math.abs(confidence - accuracy)
  );
  return gaps.reduce((sum, gap) => sum + gap, 0) / predictions.length;
}
