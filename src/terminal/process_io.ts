import process from "node:process";
import { type Io, OutputClosed } from "./io.ts";

/** The input and output of this process. */
export function processIo(): Io {
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
    hasColors: {
      stdout: !Deno.noColor && isTerminal.stdout,
      stderr: !Deno.noColor && isTerminal.stderr,
    },
    bars: isTerminal.stderr ? process.stderr : undefined,
    onInterrupt: (listener) => {
      Deno.addSignalListener("SIGINT", listener);
      return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", listener) };
    },
    exit: (code) => Deno.exit(code),
  };
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
