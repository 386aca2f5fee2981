/** The probabilities of logits. */
export function softmax(logits: readonly number[]): number[] {
  const largest = largestOf(logits);
  const powers = logits.map((x) => Math.exp(x - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / total);
}

/** The largest of numbers, also of too many for the arguments of a call. */
export function largestOf(numbers: ArrayLike<number>): number {
  return numbers[indexOfLargest(numbers)]!;
}

/** The index of the largest number; the first of equals. @param count the number of leading elements to compare */
export function indexOfLargest(numbers: ArrayLike<number>, count: number = numbers.length): number {
  let best = 0;
  let largest = numbers[0]!;
  for (let i = 1; i < count; i++) {
    if (numbers[i]! > largest) {
      best = i;
      largest = numbers[i]!;
    }
  }
  return best;
}
