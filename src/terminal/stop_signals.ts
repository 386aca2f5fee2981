/** The signals that ask the program to stop: Ctrl-C, a request to terminate, a terminal that is closed; on Windows, Ctrl-Break. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGBREAK";

/** Those of this operating system. */
export const STOP_SIGNALS: readonly StopSignal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** The exit codes of a program that a signal has ended: 128 and the signal's number. */
export const STOP_CODES: Readonly<Record<StopSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
  SIGBREAK: 149,
};

/** Whether a signal comes from the keyboard: pressed again, it ends the program at once. */
export function isPressed(signal: StopSignal): boolean {
  return signal === "SIGINT" || signal === "SIGBREAK";
}

/** What the user reads when a signal has arrived. */
export function stopNotice(signal: StopSignal): string {
  return isPressed(signal) ? "stopping; press Ctrl-C again to stop at once" : "stopping";
}

/** The variable by which the launcher tells the program that it counts and announces signals, and passes each on once, as SIGTERM. */
export const LAUNCHED = "SOFTPROMPT_LAUNCHED";
