import type { Io, Stop, Terminal } from "../../src/terminal/io.ts";
import type { StopSignal } from "../../src/terminal/stop_signals.ts";

/** The input and output of a call of the command line in a test, which keeps all that is printed. */
export class RecordingIo implements Io {
  stdout = "";
  stderr = "";
  readonly hasColors: Io["hasColors"];
  readonly terminal: Terminal | undefined;
  readonly isTyped: boolean;
  readonly columns: Io["columns"];
  readonly confirm: Io["confirm"];
  readonly isTerminal: boolean;
  private signal: StopSignal | undefined;
  private readonly listeners = new Set<(stop: Stop) => void>();

  /**
   * @param input the content of standard input
   * @param watched whether it shows colours, whether the input is typed at a terminal, the terminal of standard error, and the width of
   *   that of standard output; and what its user answers to every question
   */
  constructor(
    private readonly input: string = "",
    watched: {
      readonly hasColors?: boolean;
      readonly isTyped?: boolean;
      readonly terminal?: Terminal;
      readonly columns?: number;
      readonly answer?: boolean;
    } = {},
  ) {
    const { hasColors = false, isTyped = false, terminal, columns, answer } = watched;
    this.hasColors = { stdout: hasColors, stderr: hasColors };
    this.terminal = terminal;
    this.isTyped = isTyped;
    this.columns = () => columns;
    this.confirm = answer === undefined ? undefined : (question) => {
      this.log(question);
      return Promise.resolve(answer);
    };
    this.isTerminal = hasColors || columns !== undefined;
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

  readonly onInterrupt = (listener: (stop: Stop) => void): Disposable => {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => this.listeners.delete(listener) };
  };

  readonly exit = (code: number): never => {
    throw new Error(`the program was ended with exit code ${code}`);
  };

  readonly stoppedBy = (): StopSignal | undefined => this.signal;

  /** Presses Ctrl-C, or sends another signal. @param isAnnounced as by the launcher */
  interrupt(signal: StopSignal = "SIGINT", isAnnounced = false): void {
    if (this.listeners.size > 0) this.signal ??= signal;
    for (const listener of this.listeners) listener({ signal, isAnnounced });
  }
}
