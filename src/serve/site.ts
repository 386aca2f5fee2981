import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isOwnHost } from "./own_host.ts";
import { listen, type ListenOptions } from "./listen.ts";
import { ownModule, type Sent, shipped } from "./modules.ts";
import { refuse } from "./refuse.ts";

/** Answers a request, and ends the response. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What a server gives out. */
export interface Site {
  /** What its page may load, a Content-Security-Policy. */
  readonly policy: string;
  /** What it sends, by the path without its first slash; besides the project's modules and what packages ship for pages. */
  readonly sent: ReadonlyMap<string, Sent>;
  /** What is answered by computing, by the path; none where everything is computed in the page. */
  readonly posts: ReadonlyMap<string, RequestHandler>;
  /** What is answered to GET by reading or computing; `undefined` where the path is none of these. */
  readonly gets?: (path: string) => RequestHandler | undefined;
}

/** Where a server listens, and what takes its failures. */
export interface ServeOptions extends ListenOptions {
  /** Takes an error in answering a request, of which the client learns nothing. */
  readonly onError: (error: unknown) => void;
}

/**
 * Serves a site until the signal aborts. Nothing is changed: GET and HEAD send files, which are read as their clients take them, and
 * only paths that compute an answer take POST.
 *
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function serveSite(site: Site, options: ServeOptions): Promise<void> {
  const headers = {
    "content-security-policy": site.policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
  await listen(options, (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    return answer(request, response, site, options.hostname).catch((error) => {
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
  { sent, posts, gets }: Site,
  hostname: string,
): Promise<void> {
  const { method, url = "" } = request;
  const hosts = request.headersDistinct.host ?? [];
  if (hosts.length !== 1 || !isOwnHost(hosts[0]!, hostname)) {
    return refuse(response, 403, "this host is not served here");
  }
  const path = pathOf(url);
  const post = path === undefined ? undefined : posts.get(path);
  if (post !== undefined) {
    if (method === "POST") return await post(request, response);
    response.setHeader("allow", "POST");
    return refuse(response, 405, "only POST is answered here");
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return refuse(response, 405, "only GET and HEAD are answered");
  }
  const get = path === undefined ? undefined : gets?.(path);
  if (get !== undefined) return await get(request, response);
  const file = path === undefined
    ? undefined
    : sent.get(path) ?? await ownModule(path) ?? await shipped(path);
  if (file === undefined) return refuse(response, 404, "there is no such file");
  await send(file, response, method === "HEAD");
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

/** Sends a body, or the file that has it. @param isHead whether only the headers are asked for */
export async function send(
  { content, type }: Sent,
  response: ServerResponse,
  isHead: boolean,
): Promise<void> {
  const body = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const length = "path" in body ? (await stat(body.path)).size : body.length;
  response.writeHead(200, { "content-type": type, "content-length": length });
  if (isHead || length === 0) return void response.end();
  await pipeline(
    "path" in body ? createReadStream(body.path, { end: length - 1 }) : Readable.from([body]),
    response,
  );
}
