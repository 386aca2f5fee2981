import type { Bilingual } from "../base/bilingual.ts";
import type { AnswerEnd } from "./served_texts.ts";

/** A question that was not answered, in both languages. */
export class AskError extends Error {
  override readonly name = "AskError";

  constructor(readonly text: Bilingual) {
    super(text.en);
  }
}

/** A line of an answer. */
type Line = AnswerEnd | { readonly piece: string } | { readonly error: string };

/**
 * Asks the page's server, and hears the answer as it grows.
 *
 * @param question the template's columns
 * @param signal leaves the answer: its reason is thrown
 * @throws {AskError} where the server does not answer, or refuses to
 */
export async function askServer(
  path: string,
  question: Readonly<Record<string, string>>,
  signal: AbortSignal,
  onPiece: (piece: string) => void,
): Promise<AnswerEnd> {
  const response = await reached(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
  for await (const line of linesOf(response, signal)) {
    if ("generated" in line) return line;
    if ("error" in line) throw failed(line.error);
    onPiece(line.piece);
  }
  throw unreachable("the answer ended early");
}

/** Fetches a file of the page's server. @throws {AskError} where it does not answer */
export async function fetchJson<Content>(path: string): Promise<Content> {
  return await (await reached(path, {})).json();
}

async function reached(path: string, request: RequestInit): Promise<Response> {
  const response = await fetch(path, request).catch((error) => {
    request.signal?.throwIfAborted();
    throw unreachable(String(error));
  });
  if (response.ok) return response;
  throw failed(await response.text());
}

async function* linesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<Line> {
  if (body === null) return;
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      signal.throwIfAborted();
      throw unreachable(String(error));
    });
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    // Empty lines keep the connection alive.
    for (const line of lines) if (line !== "") yield JSON.parse(line);
  }
}

function unreachable(why: string): AskError {
  return new AskError({
    en: `the server does not answer (${why}): start it again, then try again`,
    zh: `服务器没有应答（${why}）：请重新启动服务器，然后重试`,
  });
}

function failed(why: string): AskError {
  return new AskError({ en: why, zh: `服务器未能回答（英文详情：${why}）` });
}
