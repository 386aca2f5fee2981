import { type Feeds, float32Tensor, int64Tensor, type Session, type Tensor } from "./device.ts";
import { SerialQueue } from "./serial_queue.ts";
import { float32Data, int64Data, onHost, tensorNamed } from "./tensor_data.ts";

/** The values of the rows before one text's prompt, by name. */
interface TextValues {
  readonly rows: number;
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** How the values of a name lie in memory, for one example. */
interface Layout {
  /** The number of parts of an example along the first axis. */
  readonly copies: number;
  /** The extents; those of the first axis and of the rows' do not matter. */
  readonly dims: readonly number[];
  readonly axis: number;
}

/** What is kept so far. */
export interface KeptAmount {
  /** The bytes that one row of a text takes. */
  readonly bytesPerRow: number;
  /** The texts whose values are kept, and their bytes. */
  readonly texts: number;
  readonly bytes: number;
}

/**
 * What graphs of the rows from a prompt on read of the rows before it (keys and values of attention): computed once for each
 * text, and kept as long as there is room. A text's values are computed with those of texts of the same number of rows, so that
 * no bit depends on what else is in a batch, or on what is kept.
 */
export class PrefixValues {
  private readonly kept = new Map<string, TextValues>();
  private readonly layouts = new Map<string, Layout>();
  /** Memory for the inputs of one run, by name. */
  private readonly buffers = new Map<string, Float32Array>();
  private readonly queue = new SerialQueue();
  private bytes = 0;

  /**
   * @param before gives the values, for texts that end before their prompts
   * @param axes the axis of the rows in each of them, by name
   * @param most the bytes that are kept at most
   */
  constructor(
    private readonly before: Session,
    private readonly axes: Readonly<Record<string, number>>,
    private readonly most: number,
  ) {}

  /** What is kept so far; `undefined` before the first batch. */
  get amount(): KeptAmount | undefined {
    if (this.layouts.size === 0) return undefined;
    const numbers = [...this.layouts.values()].map((layout) => sizeOf(layout, 1));
    const bytesPerRow = numbers.reduce((sum, count) => sum + count * Float32Array.BYTES_PER_ELEMENT, 0);
    return { bytesPerRow, texts: this.kept.size, bytes: this.bytes };
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
      inputNames: session.inputNames.filter((name) => !(name in this.axes)),
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
    // Where nothing stands before a prompt, one row is computed, of which none is read.
    const own = counts.map((rows, example) =>
      rowsOf(feeds, this.before.inputNames, example, Math.max(1, rows))
    );
    const found = new Map<string, TextValues>();
    const missing = new Map<string, { readonly rows: number; readonly example: number }>();
    for (const [example, key] of own.entries()) {
      const kept = this.kept.get(key);
      if (kept) found.set(key, kept);
      else missing.set(key, { rows: Math.max(1, counts[example]!), example });
    }
    for (const [rows, group] of Map.groupBy(missing, ([, { rows }]) => rows)) {
      const examples = group.map(([, { example }]) => example);
      const values = await this.before.run(startOf(feeds, this.before.inputNames, examples, rows));
      for (const [at, [key]] of group.entries()) {
        found.set(key, this.keep(key, values, at, examples.length, rows));
      }
    }
    return own.map((key) => found.get(key)!);
  }

  /** The values of one text of those that were computed together, which are kept where there is room. */
  private keep(
    key: string,
    computed: Readonly<Record<string, Tensor>>,
    at: number,
    texts: number,
    rows: number,
  ): TextValues {
    const parts = Object.keys(this.axes).map((name) => {
      const tensor = tensorNamed(computed, name);
      const layout = { copies: tensor.dims[0]! / texts, dims: tensor.dims, axis: this.axes[name]! };
      this.layouts.set(name, layout);
      const size = sizeOf(layout, rows);
      return [name, float32Data(tensor).subarray(at * size, (at + 1) * size)] as const;
    });
    const bytes = parts.reduce((sum, [, { byteLength }]) => sum + byteLength, 0);
    if (this.bytes + bytes > this.most) return { rows, values: new Map(parts) };
    this.bytes += bytes;
    const kept = { rows, values: new Map(parts.map(([name, part]) => [name, part.slice()])) };
    this.kept.set(key, kept);
    return kept;
  }

  /** The first rows of texts, one text after the other. */
  private joined(name: string, layout: Layout, texts: readonly TextValues[], prefix: number): Tensor {
    const { copies, dims, axis } = layout;
    const size = sizeOf(layout, prefix);
    const inner = product(dims.slice(axis + 1));
    const stretch = prefix * inner;
    const data = this.buffer(name, texts.length * size);
    for (const [i, { rows, values }] of texts.entries()) {
      const own = values.get(name)!;
      if (rows === prefix) {
        data.set(own, i * size);
        continue;
      }
      for (let to = i * size, from = 0; to < (i + 1) * size; to += stretch, from += rows * inner) {
        data.set(own.subarray(from, from + stretch), to);
      }
    }
    return float32Tensor(data, [texts.length * copies, ...dims.slice(1).with(axis - 1, prefix)]);
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

/** What the first rows of a text read, as text. */
function rowsOf(feeds: Feeds, names: readonly string[], example: number, rows: number): string {
  return names.map((name) => startOf(feeds, [name], [example], rows)[name]!)
    .map((tensor) => onHost(tensor).data.join()).join(";");
}

/** The number of values of one example. */
function sizeOf({ copies, dims, axis }: Layout, rows: number): number {
  return copies * product(dims.slice(1).with(axis - 1, rows));
}

function product(extents: readonly number[]): number {
  return extents.reduce((a, b) => a * b, 1);
}
