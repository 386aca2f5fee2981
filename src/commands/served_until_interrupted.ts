import { terminalMessage } from "../base/errors.ts";
import { isLoopback } from "../serve/loopback.ts";
import type { ServeOptions } from "../serve/site.ts";
import type { CommandIo } from "../terminal/command_io.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";

/** Where a run is served. */
export interface ServedAt {
  readonly host: string;
  readonly port: number;
  /** What others can do who reach it, for a warning. */
  readonly what: string;
}

/** Serves until Ctrl-C; a host that other computers reach is warned of. @param title the run's */
export async function servedUntilInterrupted(
  title: string,
  { host, port, what }: ServedAt,
  serve: (options: ServeOptions) => Promise<void>,
  io: CommandIo,
): Promise<void> {
  if (!isLoopback(host)) {
    io.log(
      `warning: with --host ${host}, every computer that reaches this one can open the page, without a password, and ${what}: leave --host out to serve this computer alone`,
    );
  }
  await untilInterrupted(io, (signal) =>
    serve({
      hostname: host,
      port,
      signal,
      onError: (error) => io.log(`warning: a request failed: ${terminalMessage(error)}`),
      onListen: (url) => io.print(`${title} at ${url} (Ctrl-C ends it)`),
    }));
  io.log("ended");
}
