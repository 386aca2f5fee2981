import type { GraphName, RunDescription } from "../browser/served_run.ts";
import { listen, type ListenOptions } from "./listen.ts";
import { ownModule, type Sent, shipped } from "./modules.ts";
import { contentSecurityPolicy, PAGE_CSS, PAGE_HTML } from "./page_html.ts";
import { thrownMessage } from "../base/errors.ts";

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

/**
 * Serves the page of a run until the signal aborts. Nothing is changed or uploaded: only GET is answered.
 *
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function serveRun(run: ServedFiles, options: ListenOptions): Promise<void> {
  const policy = await contentSecurityPolicy();
  const headers = {
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
  const plain = (text: string, status: number) => new Response(text, { status, headers });
  const failed = (error: unknown) => plain(thrownMessage(error), 500);
  await listen(options, failed, async (request) => {
    const { pathname, hostname: asked } = new URL(request.url);
    // Against DNS rebinding: only localhost and plain addresses are accepted as the host.
    if (![options.hostname, "localhost"].includes(asked) && !isAddress(asked)) {
      return plain(`'${asked}' is not served here`, 403);
    }
    if (request.method !== "GET") return plain("only GET is answered", 405);
    const sent = await answer(run, decodeURIComponent(pathname.slice(1)));
    if (sent === undefined) return plain(`there is no ${pathname}`, 404);
    return new Response(sent.content, { headers: { ...headers, "content-type": sent.type } });
  });
}

/** Whether a URL's host is an address: of IPv4, or of IPv6 in brackets. */
function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.startsWith("[");
}

const JSON_TYPE = "application/json";
const BYTES = "application/octet-stream";

async function answer(
  { description, graphs, weights, files }: ServedFiles,
  path: string,
): Promise<Sent | undefined> {
  if (path === "") return { content: PAGE_HTML, type: "text/html; charset=utf-8" };
  if (path === "page.css") return { content: PAGE_CSS, type: "text/css" };
  if (path === "run.json") return { content: JSON.stringify(description), type: JSON_TYPE };
  const [, name] = /^graphs\/(\w+)\.onnx$/.exec(path) ?? [];
  const [, graph] = Object.entries(graphs).find(([one]) => one === name) ?? [];
  if (graph !== undefined) return { content: Uint8Array.from(graph), type: BYTES };
  const file = files.get(path) ?? (path.startsWith("weights/") ? weights.get(path.slice(8)) : undefined);
  if (file !== undefined) return { content: await Deno.readFile(file), type: BYTES };
  return await ownModule(path) ?? await shipped(path);
}
