/** The bits of a digit: three digits hold a word. */
const BITS = 11;
const MASK = (1 << BITS) - 1;

/** 64-bit keys, in two words, that are in the order of the numbers that they belong to. */
interface Keys {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/**
 * Numbers in ascending order, as `Float64Array.prototype.sort` puts them. They are sorted by the digits of their bits, from the
 * last to the first (Knuth, The Art of Computer Programming, volume 3, section 5.2.5): a third of the time, where thousands of
 * lists are to be sorted.
 *
 * @param numbers without NaN
 */
export function sortedNumbers(numbers: Float64Array): number[] {
  const size = numbers.length;
  let keys = keysOf(numbers);
  let free: Keys = { low: new Uint32Array(size), high: new Uint32Array(size) };
  for (const word of ["low", "high"] as const) {
    for (let shift = 0; shift < 32; shift += BITS) {
      const places = placesOf(keys[word], shift);
      if (places === undefined) continue;
      move(keys, free, places, word, shift);
      [keys, free] = [free, keys];
    }
  }
  return numbersOf(keys);
}

/** The place of the first number with each digit; `undefined` where all have the same one. */
function placesOf(words: Uint32Array, shift: number): Uint32Array | undefined {
  const places = new Uint32Array(MASK + 1);
  for (let i = 0; i < words.length; i++) places[words[i]! >>> shift & MASK]!++;
  let place = 0;
  for (let digit = 0; digit <= MASK; digit++) {
    const count = places[digit]!;
    if (count === words.length) return undefined;
    places[digit] = place;
    place += count;
  }
  return places;
}

/** Puts keys in the order of a digit, those with the same digit in the order that they have. */
function move(from: Keys, to: Keys, places: Uint32Array, word: keyof Keys, shift: number): void {
  const { low, high } = from;
  const digits = from[word];
  for (let i = 0; i < digits.length; i++) {
    const place = places[digits[i]! >>> shift & MASK]!++;
    to.low[place] = low[i]!;
    to.high[place] = high[i]!;
  }
}

/** Which of a number's two words has the sign. */
const HIGH = new Uint32Array(Float64Array.of(-0).buffer)[1] === 0 ? 0 : 1;

/** The bits of numbers, all of negative ones inverted, and the sign of the others: these are in the numbers' order. */
function keysOf(numbers: Float64Array): Keys {
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  const keys = { low: new Uint32Array(numbers.length), high: new Uint32Array(numbers.length) };
  for (let i = 0; i < numbers.length; i++) {
    const high = words[2 * i + HIGH]!;
    const ifNegative = -(high >>> 31);
    keys.low[i] = words[2 * i + 1 - HIGH]! ^ ifNegative;
    keys.high[i] = high ^ (ifNegative | 0x80000000);
  }
  return keys;
}

/** The numbers that keys belong to. */
function numbersOf({ low, high }: Keys): number[] {
  const numbers = new Float64Array(low.length);
  const words = new Uint32Array(numbers.buffer);
  const found = new Array<number>(low.length);
  for (let i = 0; i < low.length; i++) {
    const ifNegative = (high[i]! >>> 31) - 1;
    words[2 * i + 1 - HIGH] = low[i]! ^ ifNegative;
    words[2 * i + HIGH] = high[i]! ^ (ifNegative | 0x80000000);
  }
  for (let i = 0; i < low.length; i++) found[i] = numbers[i]!;
  return found;
}
