import type { ServerResponse } from "node:http";
import { join } from "@std/path";
import { InputError, thrownMessage } from "../base/errors.ts";
import { isObject } from "../base/json_object.ts";
import { parseJson } from "../base/json_text.ts";
import { DiskError } from "../disk/on_disk.ts";
import { isOwnPage } from "../serve/own_page.ts";
import { refuse } from "../serve/refuse.ts";
import { bodyOf } from "../serve/request_body.ts";
import { SENT_TYPES } from "../serve/sent_types.ts";
import { type RequestHandler, send, type ServeOptions, serveSite } from "../serve/site.ts";
import { onChanges } from "./changes.ts";
import { LONGEST_NOTE, writeNote } from "./note_file.ts";
import { pageFiles, REPORT_POLICY, VIEW_POLICY } from "./page_files.ts";
import { isRegular, readAboutView, readCompared, REPORT_FILE } from "./run_data.ts";
import { RunIndex } from "./run_index.ts";
import type { AskedWrite, RunRow, ViewIndex } from "./view_data.ts";

/** What is viewed. */
export interface Viewed {
  /** The folder of results. */
  readonly folder: string;
  /** The folder of baselines. */
  readonly baselines: string;
  /** Makes a baseline of a run. @throws {InputError | DiskError} where it cannot be made */
  readonly setBaseline: (run: string) => Promise<void>;
  /** Removes a baseline that was made of a run. @throws {InputError | DiskError} where it was not, or cannot be removed */
  readonly removeBaseline: (run: string, name: string) => Promise<void>;
}

/** The largest size of what the page asks to write, in bytes. */
const LARGEST_BODY = 2 ** 17;

/** Milliseconds after which an empty line is sent where nothing changes, so that the connection is not taken for idle. */
const HEARTBEAT = 10_000;

/** The header in which the page returns the token that the index has. */
const TOKEN_HEADER = "x-softprompt-token";

/**
 * Serves the page over a folder of results until the signal aborts. Runs are read as they are asked for; all that is written are notes
 * and baselines, for a page that this server has sent.
 *
 * @throws {InputError} where it cannot listen
 */
export async function serveView(viewed: Viewed, options: ServeOptions): Promise<void> {
  const served = new ServedView(viewed);
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const watching = onChanges(
    { folders: [viewed.folder, viewed.baselines], mayChange: () => served.isUnderway },
    () => served.changed(),
    signal,
  )
    .catch(options.onError);
  try {
    await serveSite({
      policy: VIEW_POLICY,
      sent: await pageFiles(),
      posts: new Map<string, RequestHandler>([
        ["note", (request, response) => served.write(request, response)],
        ["baseline", (request, response) => served.write(request, response)],
      ]),
      gets: (path) => served.answerTo(path),
    }, options);
  } finally {
    closing.abort();
    await watching;
  }
}

/** What the page asks for, and those pages that wait for changes. */
class ServedView {
  private readonly token = crypto.randomUUID();
  private readonly runs: RunIndex;
  private readonly waiting = new Set<ServerResponse>();
  private last: Promise<ViewIndex>;
  /** The last of what is written, one after the other: writes of two windows at once would take each other's files away. */
  private written: Promise<void> = Promise.resolve();
  private isAsked = false;
  private hasRunning = false;

  constructor(private readonly viewed: Viewed) {
    this.runs = new RunIndex(viewed.folder, viewed.baselines);
    this.last = this.read();
    // So that it is there when the page asks for it; whoever asks for it meets its error.
    this.last.catch(() => {});
  }

  /** Whether a page hears of a run that is underway: one that is killed changes no file. */
  get isUnderway(): boolean {
    return this.hasRunning && this.waiting.size > 0;
  }

  /** Tells all pages that something has changed. */
  changed(): void {
    for (const response of this.waiting) response.write("data: changed\n\n");
  }

  /** What answers a GET of a path. */
  answerTo(path: string): RequestHandler | undefined {
    const [, kind, key = ""] = /^(index|changes|about|compared|report)(?:\/(.*))?$/s.exec(path) ?? [];
    switch (kind) {
      case "index":
        return async (_, response) => sendJson(response, { ...await this.index(), token: this.token });
      case "changes":
        return (_, response) => this.tell(response);
      case "about":
        return this.ofRun(key, async ({ folder }, response) => {
          sendJson(response, await readAboutView(folder).catch(reasonOf));
        });
      case "compared":
        return this.ofRun(key, async ({ folder }, response) => {
          sendJson(response, await readCompared(folder));
        });
      case "report":
        return this.ofRun(key, sendReport);
    }
  }

  /** Writes a note or a baseline that the page asks for. */
  write: RequestHandler = async (request, response) => {
    const { origin, "content-type": type = "" } = request.headers;
    if (origin === undefined || !isOwnPage(request) || request.headers[TOKEN_HEADER] !== this.token) {
      return refuse(response, 403, "only the page of this server may write here");
    }
    if (type.split(";")[0]?.trim().toLowerCase() !== SENT_TYPES.json) {
      return refuse(response, 415, `send it as ${SENT_TYPES.json}`);
    }
    const body = await bodyOf(request, LARGEST_BODY);
    if (body === undefined) {
      response.setHeader("connection", "close");
      return refuse(response, 413, `send at most ${LARGEST_BODY} bytes`);
    }
    const asked = askedIn(body);
    const row = asked && (await this.last).rows.find(({ key }) => key === asked.key);
    if (asked === undefined || row === undefined) return refuse(response, 400, "there is no such run");
    try {
      const writing = this.written.then(() => this.writeOf(asked, row));
      this.written = writing.catch(() => {});
      await writing;
    } catch (error) {
      if (!(error instanceof InputError || error instanceof DiskError)) throw error;
      return refuse(response, 409, thrownMessage(error));
    }
    this.changed();
    sendJson(response, {});
  };

  private async writeOf(asked: AskedWrite, { folder, baselines }: RunRow): Promise<void> {
    if ("note" in asked) return await writeNote(folder, asked);
    if (!("remove" in asked)) return await this.viewed.setBaseline(folder);
    if (!baselines.includes(asked.remove)) throw new InputError("it is no baseline of this run any more");
    await this.viewed.removeBaseline(folder, asked.remove);
  }

  /** The runs as they are now; the first page gets those that were read when the server started. */
  private index(): Promise<ViewIndex> {
    if (this.isAsked) this.last = this.read();
    this.isAsked = true;
    return this.last;
  }

  private async read(): Promise<ViewIndex> {
    const index = await this.runs.read();
    this.hasRunning = index.rows.some(({ state }) => state === "running");
    return index;
  }

  /** Answers about a run that is in the index, by its key. */
  private ofRun(
    key: string,
    answer: (row: RunRow, response: ServerResponse, isHead: boolean) => Promise<void>,
  ): RequestHandler {
    return async ({ method }, response) => {
      const row = (await this.last).rows.find((one) => one.key === key);
      if (row === undefined) return refuse(response, 404, "there is no such run");
      await answer(row, response, method === "HEAD");
    };
  }

  /** Tells a page of changes (server-sent events) until it leaves. */
  private async tell(response: ServerResponse): Promise<void> {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("\n");
    this.waiting.add(response);
    const heartbeat = setInterval(() => response.write(":\n\n"), HEARTBEAT);
    await new Promise<void>((resolve) => response.once("close", resolve));
    clearInterval(heartbeat);
    this.waiting.delete(response);
  }
}

/** What the page asks to write, in the body of a request. */
function askedIn(body: Uint8Array): AskedWrite | undefined {
  let content: unknown;
  try {
    content = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  if (!isObject(content)) return undefined;
  const { key, note, before, remove } = content;
  if (typeof key !== "string") return undefined;
  if (remove !== undefined) return typeof remove === "string" ? { key, remove } : undefined;
  if (note === undefined) return { key };
  if (typeof note !== "string" || note.length > LONGEST_NOTE || typeof before !== "string") return undefined;
  return { key, note, before };
}

function sendJson(response: ServerResponse, content: unknown): void {
  response.writeHead(200, { "content-type": SENT_TYPES.json });
  response.end(JSON.stringify(content));
}

/** Of a run whose files cannot be read, why. */
function reasonOf(error: unknown): { readonly problem: string } {
  if (error instanceof InputError || error instanceof RangeError) return { problem: thrownMessage(error) };
  throw error;
}

/** A run's report is a page of its own, which others may have made: what it runs has no origin, and so nothing of this server. */
async function sendReport({ folder }: RunRow, response: ServerResponse, isHead: boolean): Promise<void> {
  const path = join(folder, REPORT_FILE);
  if (!await isRegular(path)) return refuse(response, 404, "the run has no report");
  response.setHeader("content-security-policy", REPORT_POLICY);
  await send({ content: { path }, type: SENT_TYPES.html }, response, isHead);
}
