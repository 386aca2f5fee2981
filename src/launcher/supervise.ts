import type { Io } from "../terminal/io.ts";
import { ERASE } from "../terminal/status_area.ts";
import {
  isPressed,
  LAUNCHED,
  STOP_CODES,
  STOP_SIGNALS,
  stopNotice,
  type StopSignal,
} from "../terminal/stop_signals.ts";

/** Presses of Ctrl-C closer together are one: a terminal signals every process, and `deno task` passes its own signal on. In milliseconds. */
const SAME_PRESS = 250;

/** CUDA's libraries compute products of float32 in float32, and not in TF32. */
const FULL_PRECISION = { NVIDIA_TF32_OVERRIDE: "0" };

/** How long the program may take to write a checkpoint and end when it is terminated, in milliseconds. */
const PATIENCE = 8_000;

/**
 * Runs the program in a process of its own until it ends. This process is never busy, whatever the program computes: the first Ctrl-C
 * is announced at once and passed on, so that the program stops in good order; the second kills it, which its results survive.
 *
 * @param args of Deno
 * @returns the exit code: the program's, or that of the signal that has stopped it
 */
export async function supervise(
  args: readonly string[],
  { log, terminal }: Pick<Io, "log" | "terminal">,
): Promise<number> {
  // On Windows a signal from outside ends a process at once: the program hears Ctrl-C itself.
  const passesOn = Deno.build.os !== "windows";
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
    env: { ...FULL_PRECISION, ...(passesOn && { [LAUNCHED]: "1" }) },
  }).spawn();
  let first: StopSignal | undefined;
  let last = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hear = (signal: StopSignal) => {
    const now = performance.now();
    const isSame = now - last < SAME_PRESS;
    last = now;
    if (first !== undefined && isSame) return;
    if (first !== undefined && isPressed(signal)) return end(child, "SIGKILL");
    if (!isPressed(signal)) timer ??= setTimeout(() => end(child, "SIGKILL"), PATIENCE);
    if (first !== undefined) return;
    first = signal;
    if (!passesOn) return;
    // The program's progress is shown from the cursor on.
    terminal?.write(ERASE);
    log(stopNotice(signal));
    end(child, "SIGTERM");
  };
  const heard = STOP_SIGNALS.map((signal) => {
    const listener = () => hear(signal);
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  const { code, signal } = await child.status;
  clearTimeout(timer);
  heard.forEach((stop) => stop());
  if (signal !== null) terminal?.write(ERASE);
  const isStopped = signal !== null || Object.values(STOP_CODES).includes(code);
  return first !== undefined && isStopped ? STOP_CODES[first] : code;
}

function end(child: Deno.ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}
