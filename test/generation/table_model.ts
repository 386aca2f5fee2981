import { type ComputeLogits, ContinuationWithoutCache } from "../../src/generation/without_cache.ts";
import type { Continuation, NextLogits } from "../../src/generation/continuation.ts";

/** A model whose logits depend on the text and the last two tokens; see test/fixtures/generation/make.py. */
export interface Table {
  /** In thousandths: [texts, vocabulary, vocabulary], by the last token. */
  readonly last: readonly number[];
  /** [vocabulary, vocabulary], by the token before it. */
  readonly before: readonly number[];
}

/** A case of the fixture: the ids that transformers' generate returns for each text. */
export interface GenerationCase {
  readonly table: string;
  readonly beams: number;
  readonly max_tokens: number;
  readonly end_ids: readonly number[];
  readonly start_id: number | null;
  readonly stop: readonly (readonly number[])[];
  readonly forced_first_id: number | null;
  readonly forced_last_ids: readonly number[] | null;
  /** What else the configuration asks for. */
  readonly rules?: {
    readonly repetition_penalty?: number;
    readonly no_repeat_ngram_size?: number;
    readonly bad_words_ids?: readonly (readonly number[])[];
    readonly min_length?: number;
    readonly min_new_tokens?: number;
    readonly suppress_tokens?: readonly number[];
    readonly begin_suppress_tokens?: readonly number[];
    readonly length_penalty?: number;
    readonly early_stopping?: boolean | "never";
  };
  readonly ids: readonly (readonly number[])[];
}

/** The fixture. */
export const GENERATIONS: {
  readonly vocabulary: number;
  readonly texts: number;
  readonly tables: Readonly<Record<string, Table>>;
  readonly cases: readonly GenerationCase[];
} = JSON.parse(await Deno.readTextFile(new URL("../fixtures/generation/generations.json", import.meta.url)));

/** The text of tokens: `a` for 0, `b` for 1, … */
export function letters(ids: readonly number[]): string {
  return String.fromCharCode(...ids.map((id) => 97 + id));
}

/** The logits of the tokens after rows. */
export function lookUp({ last, before }: Table, { vocabulary } = GENERATIONS): ComputeLogits {
  return (rows) => {
    const data = rows.flatMap(({ text, ids }) => {
      const [one = 0, two = 0] = [...ids].reverse();
      return Array.from({ length: vocabulary }, (_, id) => {
        const ofLast = last[(text * vocabulary + one) * vocabulary + id]!;
        return (ofLast + before[two * vocabulary + id]!) / 1000;
      });
    });
    return Promise.resolve({ data: Float32Array.from(data), vocabulary });
  };
}

/** A continuation that keeps of each row the last two tokens only, as a cache keeps what a model has read. */
export class CachedTable implements Continuation {
  /** The inputs of each call. */
  readonly calls: { readonly next?: readonly number[]; readonly reorder?: readonly number[] }[] = [];

  private constructor(
    private readonly compute: ComputeLogits,
    private rows: readonly { readonly text: number; readonly ids: readonly number[] }[],
    readonly first: NextLogits,
  ) {}

  static async start(
    table: Table,
    texts: readonly number[],
    startIds: readonly number[] = [],
  ): Promise<CachedTable> {
    const compute = lookUp(table);
    const rows = texts.map((text) => ({ text, ids: startIds }));
    return new CachedTable(compute, rows, await compute(rows));
  }

  next(ids: readonly number[]): Promise<NextLogits> {
    if (ids.length !== this.rows.length) {
      throw new RangeError(`${ids.length} tokens for ${this.rows.length} rows`);
    }
    this.calls.push({ next: ids });
    this.rows = this.rows.map((row, i) => ({ ...row, ids: [...row.ids.slice(-1), ids[i]!] }));
    return this.compute(this.rows);
  }

  reorder(rows: readonly number[]): Promise<void> {
    this.calls.push({ reorder: rows });
    this.rows = rows.map((row) => this.rows[row]!);
    return Promise.resolve();
  }
}

/** Starts a case of the fixture without a cache. */
export function startCase({ table, start_id }: GenerationCase): Promise<Continuation> {
  const compute = lookUp(GENERATIONS.tables[table]!);
  return ContinuationWithoutCache.start(compute, GENERATIONS.texts, start_id === null ? [] : [start_id]);
}
