import { ConfigValueError, thrownMessage } from "../base/errors.ts";
import { message, ofFile } from "../base/message.ts";
import { type ChatForm, type Piece, splitTemplate, type Template } from "../experiment/template.ts";
import type { ChatTemplate } from "../model/chat_template.ts";
import { ChatRenderer } from "./chat_renderer.ts";
import { templateError } from "./template_error.ts";

/** A message of a chat. */
export interface ChatMessage {
  readonly role: string;
  /** Words and placeholders. */
  readonly content: readonly Piece[];
}

/**
 * The messages of an experiment's chat.
 *
 * @param length the number of vectors; 0 for a hard prompt
 * @throws {TemplateError} on an unknown placeholder, and on a brace that belongs to none
 */
export function messagesOf(
  chat: readonly { readonly role: string; readonly content: string }[],
  length: number,
): ChatMessage[] {
  return chat.map(({ role, content }) => ({ role, content: splitTemplate(content, length) }));
}

/** A character for private use around the number of a placeholder, and that of the answer. */
const MARK = "\ue000";
const ANSWER = `${MARK}answer${MARK}`;
const MARKED = new RegExp(`${MARK}(\\d+)${MARK}`, "u");

/**
 * A text after each placeholder, which must not change, nor the words around it: with capitals, a letter with an accent, blanks and
 * ends of lines that follow each other, and what JSON and HTML escape.
 */
const FILLER = `\ue001 It's  "so" \\ <Café>\n& so\r\n\n\n\t so.`;

/** A statement that @huggingface/jinja executes otherwise: it drops what the loop has written in that turn. */
const BREAK = /\{%[-+]?\s*(?:break|continue)\b/;

/**
 * Puts messages into a model's chat template, as transformers' `apply_chat_template(add_generation_prompt=True)` does. The template is
 * applied to the placeholders, and not to each text, so that it is known where texts and vectors are: what it does to a content, such
 * as trimming, it must do to all alike.
 *
 * @param messages the user's last
 * @throws {ConfigValueError} where the chat template cannot be read, refuses the messages, or does not write each placeholder once
 */
export function chatForm(messages: readonly ChatMessage[], chat: ChatTemplate): ChatForm {
  const placeholders = messages.flatMap(({ content }) => content).filter(({ kind }) => kind !== "words");
  const render = rendererOf(chat);
  const marked = (filler: string) => {
    let next = 0;
    return messages.map(({ role, content }) => ({
      role,
      content: content.map((piece) =>
        piece.kind === "words" ? piece.words : `${MARK}${next++}${MARK}${filler}`
      )
        .join(""),
    }));
  };
  const text = render(marked(""), true);
  const template = piecesIn(text, placeholders);
  if (render(marked(FILLER), true).replaceAll(FILLER, "") !== text) {
    throw templateError(
      "the model's chat template changes with the texts in it: write 'prompt.template' as words",
    );
  }
  return { template, ...aroundAnswer(render, marked(""), text) };
}

/** A message as a chat template takes it. */
interface WrittenMessage {
  readonly role: string;
  readonly content: string;
}

type Render = (messages: readonly WrittenMessage[], asksForAnswer: boolean) => string;

/** Applies a chat template with what transformers hands to it. */
function rendererOf(chat: ChatTemplate): Render {
  if (BREAK.test(chat.source)) {
    throw templateError(
      "the model's chat template has {% break %} or {% continue %}, which @huggingface/jinja executes otherwise than Jinja: write 'prompt.template' as words",
    );
  }
  const renderer = attempt("cannot be read", () => new ChatRenderer(chat));
  return (messages, asksForAnswer) =>
    attempt("refuses the messages", () =>
      renderer.render({
        messages,
        tools: null,
        documents: null,
        add_generation_prompt: asksForAnswer,
      }));
}

function attempt<Result>(what: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof ConfigValueError) throw error;
    throw templateError(
      message`the model's chat template ${what} (${
        ofFile(thrownMessage(error))
      }): change the messages of 'prompt.template.chat', or write 'prompt.template' as words`,
    );
  }
}

/** Words between placeholders, each of which occurs once. */
function piecesIn(text: string, placeholders: readonly Piece[]): Template {
  const parts = text.split(MARKED);
  const found = parts.filter((_, i) => i % 2 === 1).map(Number);
  for (const [i, piece] of placeholders.entries()) {
    const times = found.filter((one) => one === i).length;
    if (times === 1) continue;
    const name = piece.kind === "column" ? piece.name : piece.kind;
    throw templateError(
      `the model's chat template ${
        times === 0 ? "leaves out" : `writes ${times} times`
      } the message with {${name}}: put it into the user's last message`,
    );
  }
  return parts.flatMap((part, i): Piece[] => {
    if (i % 2 === 1) return [placeholders[Number(part)]!];
    return part === "" ? [] : [{ kind: "words", words: part }];
  });
}

/** What stands around an answer, where the chat template writes the answer after the same text. */
function aroundAnswer(
  render: Render,
  messages: readonly WrittenMessage[],
  before: string,
): Pick<ChatForm, "lead" | "end"> {
  const whole = render([...messages, { role: "assistant", content: ANSWER }], false);
  const at = whole.indexOf(ANSWER);
  const end = at < 0 ? "" : whole.slice(at + ANSWER.length);
  return { lead: at >= 0 && whole.startsWith(before) ? whole.slice(before.length, at) : "", end };
}
