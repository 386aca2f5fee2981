import { type Feeds, float32Tensor, int64Tensor, type Session, type Tensor } from "./device.ts";
import { KeptValues } from "./kept_values.ts";
import { SerialQueue } from "./serial_queue.ts";
import type { ValueFile } from "./stored_values.ts";
import { float32Data, int64Data, onHost, tensorNamed } from "./tensor_data.ts";
import type { TextValues } from "./text_values.ts";

/** How the values of a name lie in memory. */
interface Layout {
  /** The extents for one text of one row. */
  readonly dims: readonly number[];
  /** The axis of the rows. */
  readonly axis: number;
}

/**
 * What graphs of the rows from a prompt on read of the rows before it (keys and values of attention): computed once for each
 * text, and kept as long as there is room. A text's values are computed with those of texts of the same number of rows, so that
 * no bit depends on what else is in a batch, or on what is kept.
 */
export class PrefixValues {
  /** Memory for the inputs of one run, by name. */
  private readonly buffers = new Map<string, Float32Array>();
  private readonly queue = new SerialQueue();

  private constructor(
    private readonly before: Session,
    private readonly layouts: ReadonlyMap<string, Layout>,
    private readonly kept: KeptValues,
  ) {}

  /**
   * Sees from a text of one row how values lie in memory.
   *
   * @param before gives the values, for texts that end before their prompts
   * @param axes the axis of the rows in each of them, by name
   * @param most the bytes of memory that are kept at most
   */
  static async open(
    before: Session,
    axes: Readonly<Record<string, number>>,
    most: number,
  ): Promise<PrefixValues> {
    const feeds = Object.fromEntries(before.inputNames.map((name) => [name, int64Tensor([1], [1, 1])]));
    const values = await before.run(feeds);
    const layouts = new Map(
      Object.entries(axes).map(([name, axis]) => [name, { dims: tensorNamed(values, name).dims, axis }]),
    );
    const sizes = [...layouts].map(([name, layout]) =>
      [name, (rows: number) => sizeOf(layout, rows)] as const
    );
    return new PrefixValues(before, layouts, new KeptValues(new Map(sizes), most));
  }

  /** The bytes that the values of one row take. */
  get bytesPerRow(): number {
    return [...this.layouts.values()].reduce((sum, one) => sum + sizeOf(one, 1), 0) *
      Float32Array.BYTES_PER_ELEMENT;
  }

  /** Keeps what memory has no room for in a file. @param log takes a line on why the file is given up, or takes no more */
  useFile(file: ValueFile, log: (line: string) => void): void {
    this.kept.useFile(file, log);
  }

  /** Frees what is kept, and keeps no more. */
  end(): void {
    this.kept.end();
    this.buffers.clear();
  }

  /**
   * The session of a graph of the rows from the prompt on, as one of whole texts: it takes the inputs of the latter.
   *
   * @param session reads these values, and is released with it
   */
  session<Output>(
    session: {
      readonly inputNames: readonly string[];
      run(feeds: Feeds, outputs?: readonly string[]): Promise<Record<string, Output>>;
      release(): Promise<void>;
    },
  ): typeof session {
    return {
      inputNames: session.inputNames.filter((name) => !(this.layouts.has(name))),
      run: (feeds, outputs) =>
        this.queue.take(async () => await session.run({ ...feeds, ...await this.pasts(feeds) }, outputs)),
      release: () => session.release(),
    };
  }

  /** The values of the rows that stand before the prompt in all texts of a batch. They are valid until they are next asked for. */
  private async pasts(feeds: Feeds): Promise<Record<string, Tensor>> {
    const counts = rowsBefore(feeds);
    const texts = await this.textsOf(feeds, counts);
    const prefix = counts.reduce((least, rows) => Math.min(least, rows), Infinity);
    return Object.fromEntries(
      [...this.layouts].map(([name, layout]) => [name, this.joined(name, layout, texts, prefix)]),
    );
  }

  /** The values of each text of a batch, kept or computed now. */
  private async textsOf(feeds: Feeds, counts: readonly number[]): Promise<TextValues[]> {
    const { inputNames } = this.before;
    const keys = counts.map((rows, example) => keyOf(startOf(feeds, inputNames, [example], rows)));
    const found = this.kept.of(new Set(keys));
    const missing = new Map(
      [...keys.entries()].flatMap(([example, key]) => found.has(key) ? [] : [[key, example]]),
    );
    for (const [rows, group] of Map.groupBy(missing, ([, example]) => counts[example]!)) {
      const examples = group.map(([, example]) => example);
      const values = rows > 0 ? await this.computed(feeds, examples, rows) : {};
      for (const [at, [key]] of group.entries()) {
        const own = [...this.layouts].map(([name, layout]): [string, Float32Array] => {
          const size = sizeOf(layout, rows);
          const all = rows > 0 ? float32Data(tensorNamed(values, name)) : new Float32Array();
          return [name, all.subarray(at * size, (at + 1) * size)];
        });
        found.set(key, this.kept.keep(key, { rows, values: new Map(own) }));
      }
    }
    return keys.map((key) => found.get(key)!);
  }

  /** The values of the first rows of some of a batch's texts. */
  private computed(feeds: Feeds, examples: readonly number[], rows: number): Promise<Record<string, Tensor>> {
    // A product with a single row is summed in another order, and would give a text other bits alone than with others.
    const fed = examples.length * rows === 1 ? [...examples, ...examples] : examples;
    return this.kept.timed(
      fed.length * rows * this.bytesPerRow,
      () => this.before.run(startOf(feeds, this.before.inputNames, fed, rows)),
    );
  }

  /** The first rows of texts, one text after the other. */
  private joined(name: string, layout: Layout, texts: readonly TextValues[], prefix: number): Tensor {
    const { dims: [copies, ...dims], axis } = layout;
    const size = sizeOf(layout, prefix);
    const inner = product(dims.slice(axis));
    const stretch = prefix * inner;
    const data = this.buffer(name, texts.length * size);
    for (const [i, { rows, values }] of texts.entries()) {
      const own = values.get(name)!;
      if (rows === prefix) {
        data.set(own, i * size);
        continue;
      }
      for (let part = 0; part * stretch < size; part++) {
        const from = part * rows * inner;
        data.set(own.subarray(from, from + stretch), i * size + part * stretch);
      }
    }
    return float32Tensor(data, [texts.length * copies!, ...dims.with(axis - 1, prefix)]);
  }

  private buffer(name: string, size: number): Float32Array {
    const before = this.buffers.get(name);
    const buffer = before !== undefined && before.length >= size ? before : new Float32Array(size);
    this.buffers.set(name, buffer);
    return buffer.subarray(0, size);
  }
}

/** The number of rows before the prompt, of each text of a batch. */
function rowsBefore(feeds: Feeds): number[] {
  const { dims, ...rows } = onHost(feeds.prompt_rows);
  const [batch, length] = dims as [number, number];
  const places = Array.from(rows.data, Number);
  return Array.from(
    { length: batch },
    (_, i) => places.slice(i * length, (i + 1) * length).reduce((a, b) => Math.min(a, b), Infinity),
  );
}

/** The first rows of some of a batch's texts. */
function startOf(feeds: Feeds, names: readonly string[], examples: readonly number[], rows: number): Feeds {
  return Object.fromEntries(names.map((name) => {
    const tensor = onHost(feeds[name]);
    const [, sequence] = tensor.dims as [number, number];
    const data = int64Data(tensor);
    const items = examples.flatMap((i) =>
      Array.from(data.subarray(i * sequence, i * sequence + rows), Number)
    );
    return [name, int64Tensor(items, [examples.length, rows])];
  }));
}

/** What a text reads, as text. */
function keyOf(feeds: Feeds): string {
  return Object.values(feeds).map((tensor) => onHost(tensor).data.join()).join(";");
}

/** The number of values of one text. */
function sizeOf({ dims, axis }: Layout, rows: number): number {
  return product(dims.with(axis, rows));
}

function product(extents: readonly number[]): number {
  return extents.reduce((a, b) => a * b, 1);
}
