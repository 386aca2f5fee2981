import { Interrupted } from "../training/training_error.ts";
import type { Io } from "./io.ts";
import { isPressed, STOP_CODES, stopNotice } from "./stop_signals.ts";

/**
 * Runs an action that Ctrl-C and other signals to stop interrupt gracefully; a second Ctrl-C ends the program at once. The reason of
 * the action's signal is an `Interrupted`.
 */
export async function untilInterrupted<Result>(
  io: Pick<Io, "log" | "onInterrupt" | "exit">,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupt = new AbortController();
  using _listening = io.onInterrupt(({ signal, isAnnounced }) => {
    if (interrupt.signal.aborted) {
      if (isPressed(signal)) io.exit(STOP_CODES[signal]);
      return;
    }
    if (!isAnnounced) io.log(stopNotice(signal));
    interrupt.abort(new Interrupted("interrupted: the same command starts it again"));
  });
  return await act(interrupt.signal);
}
