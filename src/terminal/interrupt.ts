import { log } from "./console.ts";
import { INTERRUPTED } from "./exit_codes.ts";

/** Does something that Ctrl-C interrupts in good order; a second Ctrl-C ends the program at once. */
export async function untilInterrupted<Result>(
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupt = new AbortController();
  const abort = () => {
    if (interrupt.signal.aborted) Deno.exit(INTERRUPTED);
    log("stopping; Ctrl-C once more to stop at once");
    interrupt.abort();
  };
  Deno.addSignalListener("SIGINT", abort);
  try {
    return await act(interrupt.signal);
  } finally {
    Deno.removeSignalListener("SIGINT", abort);
  }
}
