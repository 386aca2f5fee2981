// deno-lint-ignore-file no-console
import process from "node:process";
import type { Io } from "./io.ts";
import { endWithLauncher } from "./launcher_watch.ts";
import { LAUNCHED, STOP_SIGNALS, type StopSignal } from "./stop_signals.ts";

/** The input and output of this process. */
export function processIo(): Io {
  const isLaunched = wasLaunched();
  if (isLaunched) {
    // The terminal sends Ctrl-C to the launcher, too, which passes it on.
    Deno.addSignalListener("SIGINT", () => {});
    endWithLauncher();
  }
  let stoppedBy: StopSignal | undefined;
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

/** Whether the launcher has started this process; without the permission to ask, it has not. */
function wasLaunched(): boolean {
  const { state } = Deno.permissions.querySync({ name: "env", variable: LAUNCHED });
  return state === "granted" && Deno.env.get(LAUNCHED) !== undefined;
}
