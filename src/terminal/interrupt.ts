import { INTERRUPTED } from "./exit_codes.ts";
import type { Io } from "./io.ts";

/** Runs an action that Ctrl-C interrupts gracefully; a second Ctrl-C ends the program at once. */
export async function untilInterrupted<Result>(
  io: Pick<Io, "log" | "onInterrupt" | "exit">,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupt = new AbortController();
  using _listening = io.onInterrupt(() => {
    if (interrupt.signal.aborted) io.exit(INTERRUPTED);
    io.log("stopping; press Ctrl-C again to stop at once");
    interrupt.abort();
  });
  return await act(interrupt.signal);
}
