import { COMMAND, UNLIMITED } from "../base/called_as.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { ConnectionQueues } from "./connection_queues.ts";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** The address of a server. */
export interface ListenOptions {
  readonly hostname: string;
  /** The port; 0: any free one. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Called with the address when the server listens. */
  readonly onListen: (url: string) => void;
}

/** The number of connections at a time: further ones are closed. A browser opens six to a server. */
export const MOST_CONNECTIONS = 64;

/**
 * How long a client may take, in milliseconds: to send a request's headers, to send all of it, to send the next one, and to take
 * any part of an answer. The connection is closed after that.
 */
export const PATIENCE = { headers: 10_000, request: 20_000, next: 5_000, answer: 30_000 } as const;

/**
 * Answers requests until the signal aborts, those of one connection one after the other.
 *
 * @param answer ends the response, or fails where the client has left
 * @param patience how long clients may take
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function listen(
  { hostname, port, signal, onListen }: ListenOptions,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  patience: Readonly<Record<keyof typeof PATIENCE, number>> = PATIENCE,
): Promise<void> {
  const queues = new ConnectionQueues();
  const server = createServer({
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    keepAliveTimeout: patience.next,
    connectionsCheckingInterval: Math.min(1000, patience.headers),
  }, (request, response) => queues.add(request.socket, () => answer(request, response)));
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(patience.answer);
  await opened(server, hostname, port);
  onListen(`http://${addressOf(hostname)}:${portOf(server)}/`);
  await new Promise<void>((resolve) => {
    const close = () => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    if (signal.aborted) close();
    else signal.addEventListener("abort", close, { once: true });
  });
}

/** @throws {InputError} where it cannot listen */
async function opened(server: Server, hostname: string, port: number): Promise<void> {
  await checkPermission(hostname, port);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, hostname, resolve);
    });
  } catch (error) {
    throw new InputError(whyNot(error, hostname, port), { cause: error });
  }
}

/** Asked for before, as the library's server throws where nobody can catch it. @throws {InputError} without the permission to listen */
async function checkPermission(hostname: string, port: number): Promise<void> {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const { state } = await Deno.permissions.query({ name: "net", host: `${host}:${port}` });
  if (state === "granted") return;
  throw new InputError(
    `Deno has no permission to listen at ${hostname}: start it by its command (${COMMAND} …)${UNLIMITED}`,
  );
}

/** What this computer calls itself at a host: one that means all of its addresses is none that a browser can open. */
function addressOf(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  const host = hostname === "::" ? "::1" : hostname;
  return host.includes(":") ? `[${host}]` : host;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server has no port");
  return address.port;
}

function whyNot(error: unknown, hostname: string, port: number): string {
  if (hasCode(error, "EADDRINUSE")) {
    return `port ${port} of ${hostname} is in use: choose another with --port, or any free one with --port 0`;
  }
  const reason = thrownMessage(error);
  return `cannot listen on ${hostname}, port ${port} (${reason}): pass an address of this computer with --host, and a port with --port`;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
