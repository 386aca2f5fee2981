import type { Piece, Template } from "../experiment/template.ts";
import type { ChatMessage } from "./chat_form.ts";
import type { Texts } from "./stretch.ts";
import { leadOfTarget, withoutLastBlanks } from "./target_lead.ts";

/** A training example that stands in the prompt. */
export interface ShownExample {
  readonly texts: Texts;
  readonly answer: string;
}

/** What stands between examples, and between the last of them and the text. */
const BETWEEN = "\n\n";

/**
 * A template with examples in front of its own words, after vectors that it begins with. Each is the template without its vectors, with
 * its answer after it or in the mask's place, and an empty line after that.
 */
export function withExamples(template: Template, shown: readonly ShownExample[]): Template {
  if (shown.length === 0) return template;
  const at = template.findIndex(({ kind }) => kind !== "prompt");
  const [first, ...others] = template.slice(at);
  const examples = shown.map(({ texts, answer }) => `${written(template, texts, answer)}${BETWEEN}`).join("");
  // The blank after the vectors stays there.
  const blank = at > 0 && first?.kind === "words" && first.words.startsWith(" ") ? " " : "";
  const own = first?.kind === "words" ? { ...first, words: first.words.slice(blank.length) } : first;
  return [
    ...template.slice(0, at),
    { kind: "words", words: `${blank}${examples}` },
    ...(own === undefined ? [] : [own]),
    ...others,
  ];
}

/**
 * Messages with examples before the last of them, each as that message without vectors and the assistant's answer to it.
 */
export function withExampleTurns(
  messages: readonly ChatMessage[],
  shown: readonly ShownExample[],
): readonly ChatMessage[] {
  const last = messages.at(-1);
  if (last === undefined) return messages;
  const turns = shown.flatMap(({ texts, answer }): ChatMessage[] => [
    { role: last.role, content: [{ kind: "words", words: filled(last.content, texts, "") }] },
    { role: "assistant", content: [{ kind: "words", words: answer }] },
  ]);
  return [...messages.slice(0, -1), ...turns, last];
}

function written(template: Template, texts: Texts, answer: string): string {
  if (template.some(({ kind }) => kind === "mask")) return filled(template, texts, answer);
  const { template: bare, blanks } = withoutLastBlanks(template);
  const before = filled(bare, texts, "");
  return `${before}${leadOfTarget(before, blanks, answer)}${answer}`;
}

/** The words of a template with texts in their places, without its vectors and the blank after each. */
function filled(template: readonly Piece[], texts: Texts, mask: string): string {
  const isAfterVectors = (i: number) => template[i - 1]?.kind === "prompt";
  return template.map((piece, i) => {
    switch (piece.kind) {
      case "words":
        return isAfterVectors(i) ? piece.words.replace(/^ /, "") : piece.words;
      case "column":
        return texts[piece.name] ?? "";
      case "mask":
        return mask;
      case "prompt":
        return "";
    }
  }).join("");
}
