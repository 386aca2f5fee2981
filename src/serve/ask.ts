import type { ServerResponse } from "node:http";
import type { AnswerEnd } from "../browser/served_texts.ts";
import { InputError, thrownMessage } from "../base/errors.ts";
import { parseJson } from "../base/json_text.ts";
import { isOwnPage } from "./own_page.ts";
import { refuse } from "./refuse.ts";
import { bodyOf } from "./request_body.ts";
import { SENT_TYPES } from "./sent_types.ts";
import type { RequestHandler } from "./site.ts";

/**
 * Answers a question, in pieces that make up the text.
 *
 * @param signal ends the work: its reason is thrown
 * @throws {InputError} where the model's answer is not a number
 */
export type AnswerQuestion = (
  question: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => AsyncGenerator<string, AnswerEnd, void>;

/** The largest size of a question, in bytes. */
export const LARGEST_QUESTION = 64 * 1024;

/** The number of questions that are answered or wait for that: further ones are refused. */
export const MOST_QUESTIONS = 16;

/** Milliseconds after which an empty line is sent where there is nothing else, so that the connection is not taken for idle. */
const HEARTBEAT = 10_000;

/** The number of questions that are answered or wait, of all paths together. */
export interface Asking {
  count: number;
}

/**
 * Answers questions: a JSON object of the template's columns. The answer is JSON Lines as they come: `{"piece": …}` for each piece of
 * the text, `{"error": …}` where it fails, or {@linkcode AnswerEnd} at the end. Where the client leaves, the work ends.
 *
 * @param columns those of a question
 */
export function asking(
  columns: readonly string[],
  answerQuestion: AnswerQuestion,
  asked: Asking,
): RequestHandler {
  return async (request, response) => {
    if (!isOwnPage(request)) return refuse(response, 403, "other pages may not ask here");
    if (request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== SENT_TYPES.json) {
      return refuse(response, 415, `send a question as ${SENT_TYPES.json}`);
    }
    if (asked.count >= MOST_QUESTIONS) {
      response.setHeader("retry-after", "5");
      return refuse(response, 503, `${MOST_QUESTIONS} questions are being answered: ask again later`);
    }
    asked.count++;
    try {
      const body = await bodyOf(request, LARGEST_QUESTION);
      if (body === undefined) {
        response.setHeader("connection", "close");
        return refuse(response, 413, `a question may have at most ${LARGEST_QUESTION} bytes`);
      }
      const question = questionIn(body, columns);
      if (typeof question === "string") return refuse(response, 400, question);
      await stream((signal) => answerQuestion(question, signal), response);
    } finally {
      asked.count--;
    }
  };
}

/** The columns of a question; or what is wrong with it. */
function questionIn(body: Uint8Array, columns: readonly string[]): Record<string, string> | string {
  const form = `send a JSON object with the columns ${columns.join(", ")}, each a text`;
  let content: unknown;
  try {
    content = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return form;
  }
  if (typeof content !== "object" || content === null) return form;
  const given = new Map<string, unknown>(Object.entries(content));
  const texts = columns.flatMap((name) => {
    const value = given.get(name);
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return texts.length === columns.length ? Object.fromEntries(texts) : form;
}

async function stream(
  answer: (signal: AbortSignal) => AsyncGenerator<string, AnswerEnd, void>,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, { "content-type": SENT_TYPES.lines });
  const write = (line: string) => void response.write(`${line}\n`);
  const heartbeat = setInterval(() => write(""), HEARTBEAT);
  try {
    const pieces = answer(gone.signal);
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) write(JSON.stringify({ piece: next.value }));
    write(JSON.stringify(next.value));
  } catch (error) {
    if (gone.signal.aborted) return;
    if (!(error instanceof InputError)) throw error;
    write(JSON.stringify({ error: thrownMessage(error) }));
  } finally {
    clearInterval(heartbeat);
  }
  response.end();
}
