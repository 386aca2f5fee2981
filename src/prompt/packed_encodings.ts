import type { AnswerRow } from "./answer_rows.ts";
import type { LabelledEncoding } from "./batches.ts";
import type { DecoderEncoded, LabelledTarget, RowsEncoded, TargetEncoded } from "./target_encoding.ts";

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

  /** The same text with its answer, with its numbers stored here. @param label the index of its class */
  packTarget(encoded: TargetEncoded, label = 0): LabelledTarget {
    const { ids, positions, promptRows, targetIds } = encoded;
    const lists = [ids, positions, promptRows, targetIds].map((list) => this.held(list));
    return encoded.kind === "rows"
      ? new PackedRows(lists, encoded, label, this.held(encoded.targetRows))
      : new PackedDecoder(lists, encoded, label, this.held(encoded.decoderIds));
  }

  /** The same rows, with their numbers stored here. */
  packRows(rows: readonly AnswerRow[]): AnswerRow[] {
    return rows.map(({ target, spans }) => ({ target: this.packTarget(target), spans }));
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

class PackedTarget {
  readonly truncated: number;
  readonly targetTruncated: number;

  /** @param lists ids, positions, the prompt's rows and the answer's ids */
  constructor(
    private readonly lists: readonly Held[],
    { truncated, targetTruncated }: TargetEncoded,
    readonly label: number,
  ) {
    this.truncated = truncated;
    this.targetTruncated = targetTruncated;
  }

  get ids(): readonly number[] {
    return numbersOf(this.lists[0]!);
  }

  get positions(): readonly number[] {
    return numbersOf(this.lists[1]!);
  }

  get promptRows(): readonly number[] {
    return numbersOf(this.lists[2]!);
  }

  get targetIds(): readonly number[] {
    return numbersOf(this.lists[3]!);
  }
}

class PackedRows extends PackedTarget implements RowsEncoded {
  readonly kind = "rows";

  constructor(
    lists: readonly Held[],
    encoded: TargetEncoded,
    label: number,
    private readonly heldTargetRows: Held,
  ) {
    super(lists, encoded, label);
  }

  get targetRows(): readonly number[] {
    return numbersOf(this.heldTargetRows);
  }
}

class PackedDecoder extends PackedTarget implements DecoderEncoded {
  readonly kind = "decoder";

  constructor(
    lists: readonly Held[],
    encoded: TargetEncoded,
    label: number,
    private readonly heldDecoderIds: Held,
  ) {
    super(lists, encoded, label);
  }

  get decoderIds(): readonly number[] {
    return numbersOf(this.heldDecoderIds);
  }
}

function numbersOf({ piece, from, length }: Held): number[] {
  const numbers: number[] = [];
  for (let i = from; i < from + length; i++) numbers.push(piece[i]!);
  return numbers;
}
