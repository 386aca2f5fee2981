/** The bits of a number in half precision, to the nearest, of two as near to the even one (IEEE 754, binary16). */
function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  // Halfway from the largest number to the one that would follow.
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, exponentOf(size));
  const digits = roundedToEven(size / 2 ** (exponent - 10));
  return sign | (exponent + 14) * 1024 + digits;
}

/** The number of some bits in half precision. */
function numberOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const [exponent, digits] = [half >> 10 & 31, half & 1023];
  if (exponent === 31) return digits === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? digits * 2 ** -24 : (1024 + digits) * 2 ** (exponent - 25));
}

/** The exponent of a number, as its bits have it. */
function exponentOf(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return (view.getUint16(0) >> 4 & 0x7ff) - 1023;
}

function roundedToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || rest === 0.5 && below % 2 === 1 ? below + 1 : below;
}

/** Numbers in half precision, as far as the project uses them. */
export class Halves implements Iterable<number> {
  private readonly bits: Uint16Array<ArrayBuffer>;

  constructor(source: ArrayBuffer | ArrayLike<number> | Iterable<number>, offset?: number, length?: number) {
    this.bits = source instanceof ArrayBuffer
      ? new Uint16Array(source, offset, length)
      : Uint16Array.from(Array.from(source), halfOf);
  }

  get buffer(): ArrayBuffer {
    return this.bits.buffer;
  }

  get byteOffset(): number {
    return this.bits.byteOffset;
  }

  get length(): number {
    return this.bits.length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const half of this.bits) yield numberOf(half);
  }
}

/** The language's own array, which Node has from version 24 on, or what is needed of it. */
export const Float16Array: typeof globalThis.Float16Array | typeof Halves = globalThis.Float16Array ?? Halves;
