import type { BarStream, Io } from "../../src/terminal/io.ts";

/** The input and output of a call of the command line in a test, which keeps all that is printed. */
export class RecordingIo implements Io {
  stdout = "";
  stderr = "";
  readonly hasColors: Io["hasColors"];
  readonly bars: BarStream | undefined;
  private readonly listeners = new Set<() => void>();

  /**
   * @param input the content of standard input
   * @param watched whether it is a terminal, and the stream that bars are drawn on
   */
  constructor(
    private readonly input: string = "",
    watched: { readonly hasColors?: boolean; readonly bars?: BarStream } = {},
  ) {
    const { hasColors = false, bars } = watched;
    this.hasColors = { stdout: hasColors, stderr: hasColors };
    this.bars = bars;
  }

  readonly print = (text: string): void => {
    this.stdout += `${text}\n`;
  };

  readonly write = (text: string): Promise<void> => {
    this.stdout += text;
    return Promise.resolve();
  };

  readonly isOutputClosed = (): boolean => false;

  readonly log = (text: string): void => {
    this.stderr += `${text}\n`;
  };

  readonly stdin = (): ReadableStream<Uint8Array<ArrayBuffer>> => new Blob([this.input]).stream();

  readonly onInterrupt = (listener: () => void): Disposable => {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => this.listeners.delete(listener) };
  };

  readonly exit = (code: number): never => {
    throw new Error(`the program was ended with exit code ${code}`);
  };

  /** Presses Ctrl-C. */
  interrupt(): void {
    for (const listener of this.listeners) listener();
  }
}
