import { InputError } from "../base/errors.ts";

/** A piece of a template. */
export type Piece =
  /** Words and white space, as written. */
  | { readonly kind: "words"; readonly words: string }
  /** The value of a column of the data; `text` is the dataset's text column. */
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "mask" }
  | { readonly kind: "prompt"; readonly length: number };

/** A template, split into its pieces in order. */
export type Template = readonly Piece[];

/** A chat as a model's chat template writes it, up to where the assistant's answer begins. */
export interface ChatForm {
  /** With the special tokens that the chat template writes itself. */
  readonly template: Template;
  /** What the chat template writes between that and the answer, … */
  readonly lead: string;
  /** … and after the answer, where its end token is. */
  readonly end: string;
}

/** An error in a template. */
export class TemplateError extends InputError {
  override readonly name = "TemplateError";
}

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The columns in a template, each once. */
export function columnsOf(template: Template): string[] {
  return [...new Set(template.flatMap((piece) => piece.kind === "column" ? [piece.name] : []))];
}

/**
 * Whether a text of the data stands before the first vector of a prompt.
 *
 * @param length the prompt's; the template's placeholders are in order
 */
export function isTextBeforePrompt(
  template: Parameters<typeof templateText>[0],
  length: number,
): boolean {
  const pieces = splitTemplate(templateText(template), length);
  const prompt = pieces.findIndex(({ kind }) => kind === "prompt");
  return pieces.slice(0, Math.max(0, prompt)).some(({ kind }) => kind === "column");
}

/**
 * Splits a template at its placeholders: `{mask}`, for a soft prompt `{prompt}`, which may also be divided into several
 * pieces `{prompt:5}` whose lengths add up to the prompt's, and the data's columns: `{text}`, or others by their names.
 *
 * @param length the soft prompt's length; 0 for a hard prompt
 * @throws {TemplateError} on an unknown, missing or repeated placeholder, and on a brace that belongs to none
 */
export function parseTemplate(template: string, length: number): Template {
  const pieces = splitTemplate(template, length);
  checkPieces(pieces, length);
  return pieces;
}

/** The template of the right answer: words and columns of the data. */
export type Target = readonly Extract<Piece, { readonly kind: "words" | "column" }>[];

/**
 * Splits the template of an answer at its placeholders, the data's columns.
 *
 * @throws {TemplateError} where it has no column, or `{mask}` or `{prompt}`, and on a brace that belongs to no placeholder
 */
export function parseTarget(target: string): Target {
  const pieces = splitTemplate(target, Infinity).map((piece) => {
    if (piece.kind === "words" || piece.kind === "column") return piece;
    throw new TemplateError(
      `'{${piece.kind}}' belongs into 'prompt.template': an answer is made of the data's columns`,
    );
  });
  if (columnsOf(pieces).length === 0) {
    throw new TemplateError("the target must contain a column of the data, for example '{answer}'");
  }
  return pieces;
}

/**
 * Splits a text at its placeholders, without checking which there are.
 *
 * @param length the soft prompt's length; 0 for a hard prompt
 * @throws {TemplateError} on an unknown placeholder, and on a brace that belongs to none
 */
export function splitTemplate(template: string, length: number): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    pushWords(pieces, template, end, match.index);
    pieces.push(placeholder(match[1]!, length));
    end = match.index + match[0].length;
  }
  pushWords(pieces, template, end, template.length);
  return pieces;
}

/** All words and placeholders of a template: those of a chat are the contents of its messages, one after the other. */
export function templateText(
  template: string | { readonly chat: readonly { readonly content: string }[] },
): string {
  return typeof template === "string" ? template : template.chat.map(({ content }) => content).join("\n");
}

/** The columns that a template names, whether or not the rest of it is valid. */
export function columnsNamed(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name]) => name!).filter((name) =>
    !/^(?:prompt|mask)\b/.test(name)
  );
}

/** A template without its vectors; a space after them is removed, too. */
export function withoutVectors(template: string): string {
  return template.replaceAll(/\{prompt(?::\d+)?\} ?/g, "");
}

function placeholder(name: string, length: number): Piece {
  if (name === "mask") return { kind: "mask" };
  const [, own] = /^prompt(?::([1-9]\d*))?$/.exec(name) ?? [undefined, null];
  if (own === null) {
    if (name.trim() !== "" && !/^(prompt|mask)\b/.test(name)) return { kind: "column", name };
    throw new TemplateError(
      `unknown placeholder '{${name}}' (allowed: {text} and the data's other columns, {mask}, {prompt}, {prompt:N})`,
    );
  }
  if (length === 0) {
    throw new TemplateError("a hard prompt has no '{prompt}': remove it, or set 'prompt.kind: soft'");
  }
  return { kind: "prompt", length: own === undefined ? length : Number(own) };
}

/** @throws {TemplateError} on a brace among the words: a misspelled placeholder would be read as words */
function pushWords(pieces: Piece[], template: string, from: number, to: number): void {
  const words = template.slice(from, to);
  const brace = words.search(/[{}]/);
  const at = from + brace;
  if (brace >= 0) {
    throw new TemplateError(
      `the '${template[at]}' in '${
        template.slice(Math.max(0, at - 8), at + 9)
      }' belongs to no placeholder: leave it out; words cannot contain braces, and a placeholder has one on each side ({text}, {mask})`,
    );
  }
  if (words !== "") pieces.push({ kind: "words", words });
}

function checkPieces(pieces: readonly Piece[], length: number): void {
  const count = (kind: Piece["kind"]) => pieces.filter((piece) => piece.kind === kind).length;
  if (count("column") === 0) {
    throw new TemplateError("the template must contain '{text}' or other columns of the data");
  }
  const times = new Map<string, number>();
  for (const piece of pieces) {
    if (piece.kind === "column") times.set(piece.name, (times.get(piece.name) ?? 0) + 1);
  }
  for (const [name, count] of times) {
    if (count > 1) {
      throw new TemplateError(`the template must contain '{${name}}' once, got it ${count} times`);
    }
  }
  if (count("mask") > 1) {
    throw new TemplateError(`the template must contain '{mask}' once, got it ${count("mask")} times`);
  }
  if (length === 0) return;
  const total = pieces.reduce((sum, piece) => sum + (piece.kind === "prompt" ? piece.length : 0), 0);
  if (total === 0) {
    throw new TemplateError(
      "a soft prompt needs '{prompt}' in the template: put it at the start, for example",
    );
  }
  if (total !== length) {
    throw new TemplateError(
      `the template's '{prompt}' pieces have ${total} vectors, but 'prompt.length' is ${length}`,
    );
  }
}
