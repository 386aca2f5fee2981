import { INTERRUPTED } from "./exit_codes.ts";
import type { Io } from "./io.ts";

/** Does something that Ctrl-C interrupts in good order; a second Ctrl-C ends the program at once. */
export async function untilInterrupted<Result>(
  io: Pick<Io, "log" | "onInterrupt" | "exit">,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupt = new AbortController();
  using _listening = io.onInterrupt(() => {
    if (interrupt.signal.aborted) io.exit(INTERRUPTED);
    io.log("stopping; Ctrl-C once more to stop at once");
    interrupt.abort();
  });
  return await act(interrupt.signal);
}
