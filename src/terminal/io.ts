/**
 * How a call of the command line reaches the world outside: what it prints and reads, whether somebody watches, and Ctrl-C.
 * The program's own is {@linkcode processIo}; tests give one that records.
 */
export interface Io {
  /** Prints a line, or several, on standard output, where results go. */
  readonly print: (text: string) => void;
  /** Writes text to standard output as it is, and resolves once all of it is written: results that come in pieces. */
  readonly write: (text: string) => Promise<void>;
  /** Prints a line, or several, on standard error, where all else goes. */
  readonly log: (text: string) => void;
  /** Standard input, asked for once at most. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Whether colours are seen on … */
  readonly hasColors: { readonly stdout: boolean; readonly stderr: boolean };
  /** Where progress bars are drawn; undefined where nobody would see them move. */
  readonly bars: BarStream | undefined;
  /** Calls the listener at each Ctrl-C, until what is returned is disposed of. */
  readonly onInterrupt: (listener: () => void) => Disposable;
  /** Ends the program at once. */
  readonly exit: (code: number) => never;
}

/** A stream of Node's, as the libraries that draw at a terminal take it. */
export type BarStream = NodeJS.WritableStream;
