import type { LabelledEncoding } from "./batches.ts";

/** The number of numbers per piece. */
const PIECE = 1 << 18;

/**
 * Holds encoded examples in few bytes: JavaScript arrays take at least eight bytes per number, all in the heap, which is limited
 * to some gigabytes.
 */
export class PackedEncodings {
  private piece = new Int32Array(PIECE);
  private used = 0;

  /** The same example, with its numbers stored here. */
  pack({ ids, positions, promptRows, answerRow, truncated, label }: LabelledEncoding): LabelledEncoding {
    const lists = [ids, positions, promptRows].map((list) => this.held(list));
    return new PackedEncoding(lists[0]!, lists[1]!, lists[2]!, answerRow, truncated, label);
  }

  private held(list: readonly number[]): Held {
    if (this.used + list.length > this.piece.length) {
      this.piece = new Int32Array(Math.max(PIECE, list.length));
      this.used = 0;
    }
    const { piece, used } = this;
    piece.set(list, used);
    this.used += list.length;
    return { piece, from: used, length: list.length };
  }
}

/** Numbers within a piece. */
interface Held {
  readonly piece: Int32Array;
  readonly from: number;
  readonly length: number;
}

class PackedEncoding implements LabelledEncoding {
  constructor(
    private readonly heldIds: Held,
    private readonly heldPositions: Held,
    private readonly heldRows: Held,
    readonly answerRow: number,
    readonly truncated: number,
    readonly label: number,
  ) {}

  get ids(): readonly number[] {
    return numbersOf(this.heldIds);
  }

  get positions(): readonly number[] {
    return numbersOf(this.heldPositions);
  }

  get promptRows(): readonly number[] {
    return numbersOf(this.heldRows);
  }
}

function numbersOf({ piece, from, length }: Held): number[] {
  return Array.from(piece.subarray(from, from + length));
}
