// deno-lint-ignore-file no-console
import process from "node:process";
import type { Io } from "./io.ts";

/** The input and output of this process. */
export function processIo(): Io {
  const isTerminal = { stdout: Deno.stdout.isTerminal(), stderr: Deno.stderr.isTerminal() };
  return {
    print: (text) => console.log(text),
    write: async (text) => {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    },
    log: (text) => console.error(text),
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
