import { type Io, OutputClosed, type Terminal } from "./io.ts";
import { endWithLauncher } from "./launcher_watch.ts";
import { LAUNCHED, STOP_SIGNALS, type StopSignal } from "./stop_signals.ts";

/** The input and output of this process. */
export function processIo(): Io {
  const isLaunched = variable(LAUNCHED) !== undefined;
  if (isLaunched) {
    // The terminal sends Ctrl-C to the launcher, too, which passes it on.
    Deno.addSignalListener("SIGINT", () => {});
    endWithLauncher();
  }
  // Unheard, the signal would end the process; heard, what is written past the limit fails with EFBIG.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", () => {});
  let stoppedBy: StopSignal | undefined;
  const isTerminal = { stdout: Deno.stdout.isTerminal(), stderr: Deno.stderr.isTerminal() };
  let isClosed = false;
  return {
    print: (text) => {
      isClosed ||= !writtenTo(Deno.stdout, `${text}\n`);
    },
    write: async (text) => {
      const bytes = new TextEncoder().encode(text);
      try {
        for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        isClosed = true;
        throw new OutputClosed("standard output is closed", { cause: error });
      }
    },
    isOutputClosed: () => isClosed,
    log: (text) => void writtenTo(Deno.stderr, `${text}\n`),
    stdin: () => Deno.stdin.readable,
    isTyped: Deno.stdin.isTerminal(),
    isTerminal: isTerminal.stdout,
    hasColors: {
      stdout: !Deno.noColor && isTerminal.stdout,
      stderr: !Deno.noColor && isTerminal.stderr,
    },
    terminal: isTerminal.stderr && variable("TERM") !== "dumb" ? STDERR : undefined,
    confirm: Deno.stdin.isTerminal() && isTerminal.stderr ? confirmed : undefined,
    columns: () => isTerminal.stdout ? columnsNow() : undefined,
    onInterrupt: (listener) => {
      const heard = STOP_SIGNALS.filter((signal) => !(isLaunched && signal === "SIGINT")).map((signal) => {
        const hear = () => {
          stoppedBy ??= signal;
          listener({ signal, isAnnounced: isLaunched });
        };
        Deno.addSignalListener(signal, hear);
        return () => Deno.removeSignalListener(signal, hear);
      });
      return { [Symbol.dispose]: () => heard.forEach((stop) => stop()) };
    },
    stoppedBy: () => stoppedBy,
    exit: (code) => Deno.exit(code),
  };
}

/** The terminal of standard error. */
const STDERR: Terminal = {
  write: (text) => writtenTo(Deno.stderr, text),
  get columns() {
    return columnsNow();
  },
};

/** Asks on standard error; any answer but yes is no. */
async function confirmed(question: string): Promise<boolean> {
  writtenTo(Deno.stderr, `${question} [y/N] `);
  const bytes = new Uint8Array(1024);
  const length = await Deno.stdin.read(bytes);
  return /^y(?:es)?$/i.test(new TextDecoder().decode(bytes.subarray(0, length ?? 0)).trim());
}

/** The width of this process's terminal; 0 columns are those of one that does not tell. */
function columnsNow(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

/** A variable of the environment; `undefined` without the permission to ask. */
function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** Writes all of a text. @returns whether somebody can still read it */
function writtenTo(stream: Pick<typeof Deno.stdout, "writeSync">, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw error;
  }
}
