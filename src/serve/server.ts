import type { GraphName, RunDescription } from "../browser/served_run.ts";
import type { Sent } from "./modules.ts";
import { contentSecurityPolicy, PAGE_CSS, PAGE_HTML } from "./page_html.ts";
import { SENT_TYPES } from "./sent_types.ts";
import { type ServeOptions, serveSite } from "./site.ts";

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
 * Serves the page of a run of classes, which computes everything itself, until the signal aborts.
 *
 * @throws {InputError} where it cannot listen on the host or the port
 */
export async function serveRun(run: ServedFiles, options: ServeOptions): Promise<void> {
  await serveSite({ policy: await contentSecurityPolicy(), sent: answersOf(run), posts: new Map() }, options);
}

/** What a run's own paths are answered with. */
function answersOf({ description, graphs, weights, files }: ServedFiles): ReadonlyMap<string, Sent> {
  const file = (path: string): Sent => ({ content: { path }, type: SENT_TYPES.bytes });
  return new Map<string, Sent>([
    ["", { content: PAGE_HTML, type: SENT_TYPES.html }],
    ["page.css", { content: PAGE_CSS, type: SENT_TYPES.css }],
    ["run.json", { content: JSON.stringify(description), type: SENT_TYPES.json }],
    ...Object.entries(graphs).map(([name, bytes]) =>
      [`graphs/${name}.onnx`, { content: bytes, type: SENT_TYPES.bytes }] as const
    ),
    ...[...weights].map(([location, path]) => [`weights/${location}`, file(path)] as const),
    ...[...files].map(([name, path]) => [name, file(path)] as const),
  ]);
}
