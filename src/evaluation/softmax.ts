/** The probabilities that logits stand for. */
export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((x) => Math.exp(x - largest)), total = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / total);
}

/** Where the largest number stands; the first of equals. */
export function indexOfLargest(numbers: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}
