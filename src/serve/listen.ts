import { InputError, thrownMessage } from "../base/errors.ts";

/** The address of a server. */
export interface ListenOptions {
  readonly hostname: string;
  /** The port; 0: any free one. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Called with the address when the server listens. */
  readonly onListen: (url: string) => void;
}

/**
 * Answers requests until the signal aborts.
 *
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function listen(
  { hostname, port, signal, onListen }: ListenOptions,
  onError: (error: unknown) => Response,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  await opened().finished;

  function opened(): Deno.HttpServer {
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    try {
      return Deno.serve({
        hostname,
        port,
        signal,
        onListen: (address) => onListen(`http://${host}:${address.port}/`),
        onError,
      }, answer);
    } catch (error) {
      throw new InputError(whyNot(error, hostname, port), { cause: error });
    }
  }
}

function whyNot(error: unknown, hostname: string, port: number): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `port ${port} of ${hostname} is in use: choose another with --port, or any free one with --port 0`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `Deno has no permission to listen at ${hostname}: start it by its task, deno task serve, or call deno run -A src/main.ts serve`;
  }
  const reason = thrownMessage(error);
  return `cannot listen on ${hostname}, port ${port} (${reason}): pass an address of this computer with --host, and a port with --port`;
}
