import { InputError } from "../base/errors.ts";

/** Where a server listens. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Told the address once there is one. */
  readonly onListen: (url: string) => void;
}

/**
 * Answers requests until the signal aborts.
 *
 * @throws {InputError} where the host or the port cannot be listened at
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
    return `port ${port} of ${hostname} is taken: name another by --port, or any that is free by --port 0`;
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `Deno has no permission to listen at ${hostname}, as 'deno task serve' may at 127.0.0.1 and localhost only: for --host ${hostname} call 'deno run --allow-all src/main.ts serve' instead`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `${hostname} cannot be listened at on port ${port} (${reason}): name an address of this computer by --host, and a port by --port`;
}
