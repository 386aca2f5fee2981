import { thrownMessage } from "../base/errors.ts";
import type { TextValues, ValueSizes } from "./text_values.ts";
import { TimeDebt } from "./time_debt.ts";

/** Takes bytes, and gives them back. */
export interface ValueFile {
  /**
   * Puts bytes into it, one piece after the other.
   *
   * @returns the number by which they are read; `undefined` where there is no room
   */
  put(pieces: readonly Uint8Array[]): number | undefined;
  /** Reads bytes. @throws where they are not those that were put */
  read(number: number, into: Uint8Array): void;
  close(): void;
}

/** The part of the time of computing values that writing them may take: then they are worth it from the second epoch on. */
const WRITING_SHARE = 1 / 2;

/**
 * The values of texts in a file. It is not used where it costs more time than it saves, by the clock: writing values must take at most
 * half as long as computing them, and reading them no longer than that. A file that fails is given up.
 */
export class StoredValues {
  private readonly places = new Map<string, { readonly rows: number; readonly number: number }>();
  /** What is read for a batch. */
  private batch: Float32Array = new Float32Array();
  private readonly writing = new TimeDebt();
  private readonly reading = new TimeDebt();
  private takesMore = true;
  private isClosed = false;

  /**
   * @param sizes of the values, in the order in which they lie in the file
   * @param log takes a line on why the file is given up, or takes no more
   * @param now the time, in milliseconds
   */
  constructor(
    private readonly file: ValueFile,
    private readonly sizes: ValueSizes,
    private readonly log: (line: string) => void,
    private readonly now: () => number,
  ) {}

  /** Whether a text's values are in the file. */
  has(key: string): boolean {
    return this.places.has(key);
  }

  /** Puts a text's values into the file, where there is room. @param computing the milliseconds that computing them takes */
  put(key: string, { rows, values }: TextValues, computing: number): void {
    if (!this.takesMore) return;
    const start = this.now();
    try {
      const number = this.file.put([...this.sizes.keys()].map((name) => bytesOf(values.get(name)!)));
      if (number === undefined) this.takesMore = false;
      else this.places.set(key, { rows, number });
    } catch (error) {
      // A full disk needs its space for what is to stay.
      return this.giveUp(`they cannot be written into the file: ${thrownMessage(error)}`);
    }
    if (this.writing.isTooMuch(this.now() - start, WRITING_SHARE * computing)) {
      this.takesMore = false;
      this.log("writing them into the file takes too long; the others are computed in each step");
    }
  }

  /**
   * The values of texts that are in the file; none where it fails. They are valid until they are next asked for.
   *
   * @param computing the milliseconds that computing a byte takes
   */
  of(keys: readonly string[], computing: number): ReadonlyMap<string, TextValues> {
    const start = this.now();
    const found = new Map<string, TextValues>();
    const size = keys.reduce((sum, key) => sum + this.sizeOf(this.places.get(key)!.rows), 0);
    if (this.batch.length < size) this.batch = new Float32Array(size);
    let at = 0;
    try {
      for (const key of keys) {
        const { rows, number } = this.places.get(key)!;
        this.file.read(number, bytesOf(this.batch.subarray(at, at + this.sizeOf(rows))));
        const values = [...this.sizes].map(([name, ofRows]): [string, Float32Array] => {
          const from = at;
          at += ofRows(rows);
          return [name, this.batch.subarray(from, at)];
        });
        found.set(key, { rows, values: new Map(values) });
      }
    } catch (error) {
      this.giveUp(`they cannot be read from the file: ${thrownMessage(error)}`);
      return new Map();
    }
    const limit = computing * size * Float32Array.BYTES_PER_ELEMENT;
    if (this.reading.isTooMuch(this.now() - start, limit)) {
      this.giveUp("reading them from the file takes longer than computing them");
    }
    return found;
  }

  /** Frees the file. */
  close(): void {
    if (!this.isClosed) this.file.close();
    this.isClosed = true;
    this.takesMore = false;
    this.places.clear();
    this.batch = new Float32Array();
  }

  private giveUp(why: string): void {
    this.log(`${why}; those that memory has no room for are computed in each step`);
    this.close();
  }

  private sizeOf(rows: number): number {
    return this.sizes.values().reduce((sum, ofRows) => sum + ofRows(rows), 0);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
