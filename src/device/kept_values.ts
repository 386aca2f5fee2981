import { StoredValues, type ValueFile } from "./stored_values.ts";
import type { TextValues, ValueSizes } from "./text_values.ts";

/** The values of texts: kept in memory as long as there is room, and then in a file, where there is one. */
export class KeptValues {
  private readonly inMemory = new Map<string, TextValues>();
  private bytes = 0;
  private inFile: StoredValues | undefined;
  private readonly computed = { milliseconds: 0, bytes: 0 };

  /**
   * @param most the bytes of memory that are kept at most
   * @param now the time, in milliseconds
   */
  constructor(
    private readonly sizes: ValueSizes,
    private most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Keeps what memory has no room for in a file. @param log takes a line on why the file is given up, or takes no more */
  useFile(file: ValueFile, log: (line: string) => void): void {
    this.inFile = new StoredValues(file, this.sizes, log, this.now);
  }

  /** Frees what is kept, and keeps no more. */
  end(): void {
    this.most = 0;
    this.bytes = 0;
    this.inMemory.clear();
    this.inFile?.close();
  }

  /** What is kept of some texts. It is valid until it is next asked for. @param keys of the texts, each once */
  of(keys: Iterable<string>): Map<string, TextValues> {
    const found = new Map<string, TextValues>();
    const stored: string[] = [];
    for (const key of keys) {
      const kept = this.inMemory.get(key);
      if (kept) found.set(key, kept);
      else if (this.inFile?.has(key)) stored.push(key);
    }
    const read = stored.length > 0 ? this.inFile?.of(stored, this.timeOfByte) : undefined;
    return new Map([...found, ...read ?? []]);
  }

  /** Computes values by the clock: keeping them in a file must pay off. @param bytes their size */
  async timed<Values>(bytes: number, compute: () => Promise<Values>): Promise<Values> {
    const start = this.now();
    const values = await compute();
    this.computed.milliseconds += this.now() - start;
    this.computed.bytes += bytes;
    return values;
  }

  /** Keeps a text's values where there is room. @returns them */
  keep(key: string, { rows, values }: TextValues): TextValues {
    const bytes = values.values().reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (this.bytes + bytes > this.most) {
      this.inFile?.put(key, { rows, values }, this.timeOfByte * bytes);
      return { rows, values };
    }
    this.bytes += bytes;
    const kept = { rows, values: new Map([...values].map(([name, own]) => [name, own.slice()])) };
    this.inMemory.set(key, kept);
    return kept;
  }

  /** The milliseconds that computing a byte has taken, on average. */
  private get timeOfByte(): number {
    const { milliseconds, bytes } = this.computed;
    return bytes > 0 ? milliseconds / bytes : 0;
  }
}
