import type { StopSignal } from "./stop_signals.ts";

/**
 * The outside world of a command: what it prints and reads, whether it runs at a terminal, and Ctrl-C.
 * The program uses {@linkcode processIo}; tests pass one that records.
 */
export interface Io {
  /**
   * Prints a line, or several, on standard output, for results; does nothing where it is closed.
   *
   * @param kind `data` is for programs, which get it as it is
   */
  readonly print: (text: string, kind?: "data") => void;
  /**
   * Writes data to standard output, and resolves when all of it is written; for results in pieces.
   *
   * @throws {OutputClosed} where nobody reads it any more
   */
  readonly write: (text: string) => Promise<void>;
  /** Whether the reader of standard output has closed it, as `head` does after its lines. */
  readonly isOutputClosed: () => boolean;
  /** Prints a line, or several, on standard error, for everything else. */
  readonly log: (text: string) => void;
  /** Standard input, requested at most once. */
  readonly stdin: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Whether standard input is typed at a terminal. */
  readonly isTyped: boolean;
  /** Whether standard output is shown on a terminal. */
  readonly isTerminal: boolean;
  /** Whether a stream shows colours. */
  readonly hasColors: { readonly stdout: boolean; readonly stderr: boolean };
  /** The terminal that standard error is shown on, for progress; `undefined` where there is none, or a dumb one. */
  readonly terminal: Terminal | undefined;
  /** Asks a question that is answered by yes or no; `undefined` where nobody is there to answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
  /** The width of the terminal that standard output is shown on, in columns; `undefined` where there is none. */
  readonly columns: () => number | undefined;
  /** Calls the listener at each signal to stop, until the returned object is disposed. */
  readonly onInterrupt: (listener: (stop: Stop) => void) => Disposable;
  /** The first signal to stop that a listener was called for. */
  readonly stoppedBy: () => StopSignal | undefined;
  /** Ends the program at once. */
  readonly exit: (code: number) => never;
}

/** A signal to stop that has arrived. */
export interface Stop {
  readonly signal: StopSignal;
  /** Whether the user has been told already. */
  readonly isAnnounced: boolean;
}

/** The reader of standard output has closed it: there is nobody to write results for. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** A terminal to draw on. */
export interface Terminal {
  /** Writes text and control sequences. */
  write(text: string): unknown;
  /** Its width at this moment; `undefined` where it does not tell. */
  readonly columns?: number | undefined;
}
