import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GraphName, RunDescription } from "../browser/served_run.ts";
import { listen, type ListenOptions } from "./listen.ts";
import { ownModule, type Sent, shipped } from "./modules.ts";
import { contentSecurityPolicy, PAGE_CSS, PAGE_HTML } from "./page_html.ts";

/** A run as it is served. */
export interface ServedFiles {
  readonly description: RunDescription;
  /** The graphs' bytes. */
  readonly graphs: Readonly<Record<GraphName, Uint8Array>>;
  /** The paths of the weight files, by their locations in the graphs. */
  readonly weights: ReadonlyMap<string, string>;
  /** Files sent unchanged, by their names in requests: the tokenizer's, and `prompt.safetensors`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Where a server listens, and what takes its failures. */
export interface ServeOptions extends ListenOptions {
  /** Takes an error in answering a request, of which the client learns nothing. */
  readonly onError: (error: unknown) => void;
}

/**
 * Serves the page of a run until the signal aborts. Nothing is changed or uploaded: only GET and HEAD are answered. Files are read as
 * their clients take them.
 *
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function serveRun(run: ServedFiles, options: ServeOptions): Promise<void> {
  const headers = {
    "content-security-policy": await contentSecurityPolicy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
  const byPath = answersOf(run);
  await listen(options, (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return answer(request, response, byPath, options.hostname).catch((error) => {
      // A client may leave at any time.
      if (response.destroyed) return;
      options.onError(error);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "the server failed; its terminal shows why");
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  byPath: ReadonlyMap<string, Sent>,
  hostname: string,
): Promise<void> {
  const { method, url = "" } = request;
  const hosts = request.headersDistinct.host ?? [];
  if (hosts.length !== 1 || !isOwnHost(hosts[0]!, hostname)) {
    return refuse(response, 403, "this host is not served here");
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return refuse(response, 405, "only GET and HEAD are answered");
  }
  const path = pathOf(url);
  const sent = path === undefined
    ? undefined
    : byPath.get(path) ?? await ownModule(path) ?? await shipped(path);
  if (sent === undefined) return refuse(response, 404, "there is no such file");
  await send(sent, response, method === "HEAD");
}

/** A host and its port, as a Host header has them (RFC 9110, section 7.2): a name or an address, IPv6 in brackets. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/** Against DNS rebinding, only localhost, plain addresses and the server's own name are accepted as the host. */
function isOwnHost(host: string, own: string): boolean {
  const named = HOST.test(host) ? URL.parse(`http://${host}`)?.hostname : undefined;
  if (named === undefined) return false;
  const isAddress = /^\d+(?:\.\d+){3}$/.test(named) || named.startsWith("[");
  return isAddress || [own.toLowerCase(), "localhost"].includes(named);
}

/** The path of a request's target, without its first slash; `undefined` where it is none. */
function pathOf(target: string): string | undefined {
  if (!target.startsWith("/")) return undefined;
  const [path = ""] = target.slice(1).split("?");
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(why);
}

async function send({ content, type }: Sent, response: ServerResponse, isHead: boolean): Promise<void> {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const length = "path" in body ? (await stat(body.path)).size : body.length;
  response.writeHead(200, { "content-type": type, "content-length": length });
  if (isHead || length === 0) return void response.end();
  await pipeline(
    "path" in body ? createReadStream(body.path, { end: length - 1 }) : Readable.from([body]),
    response,
  );
}

const JSON_TYPE = "application/json";
const BYTES = "application/octet-stream";

/** What a run's own paths are answered with. */
function answersOf({ description, graphs, weights, files }: ServedFiles): ReadonlyMap<string, Sent> {
  const file = (path: string): Sent => ({ content: { path }, type: BYTES });
  return new Map<string, Sent>([
    ["", { content: PAGE_HTML, type: "text/html; charset=utf-8" }],
    ["page.css", { content: PAGE_CSS, type: "text/css" }],
    ["run.json", { content: JSON.stringify(description), type: JSON_TYPE }],
    ...Object.entries(graphs).map(([name, bytes]) =>
      [`graphs/${name}.onnx`, { content: bytes, type: BYTES }] as const
    ),
    ...[...weights].map(([location, path]) => [`weights/${location}`, file(path)] as const),
    ...[...files].map(([name, path]) => [name, file(path)] as const),
  ]);
}
