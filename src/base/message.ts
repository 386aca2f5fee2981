import { visible } from "./visible.ts";

/**
 * A message in two forms: for the terminal, and for results, which people share: there, values that come out of files are left
 * out. Where it becomes a part of a plain string, the form without them does.
 */
export class Message {
  constructor(
    /** The form for the terminal. */
    readonly text: string,
    /** The form for results. */
    readonly shared: string,
  ) {}

  toString(): string {
    return this.shared;
  }
}

/** What a message is made of: plain text is the same in both forms. */
export type MessagePart = string | number | Message;

/** The forms of a message or a plain text, each on one line. */
export function messageOf(part: MessagePart): Message {
  if (part instanceof Message) return part;
  const text = visible(String(part));
  return new Message(text, text);
}

/** Makes a message of a template, in which values of files are marked by {@linkcode ofFile}. */
export function message(words: TemplateStringsArray, ...parts: readonly MessagePart[]): Message {
  const pieces = parts.map(messageOf);
  const form = (name: "text" | "shared") => String.raw({ raw: words }, ...pieces.map((part) => part[name]));
  return new Message(form("text"), form("shared"));
}

/** A value that comes out of a file, or a description that may quote one, such as a parser's: only the terminal shows it. */
export function ofFile(value: unknown): Message {
  return new Message(visible(String(value)), "…");
}

/** Messages one after the other. */
export function joined(messages: readonly MessagePart[], separator: string): Message {
  const all = messages.map(messageOf);
  return new Message(
    all.map(({ text }) => text).join(separator),
    all.map(({ shared }) => shared).join(separator),
  );
}

/** The number of classes of a file that a message names in results. */
export const SHARED_CLASSES = 3;

/** The length of the longest that is named, in characters: what is longer is no class, but a text or a key. */
const LONGEST_CLASS = 40;

/**
 * The classes in a label column, of which results name a few: they show how the data spell them.
 *
 * @param most how many at most
 */
export function classesOfFile(classes: readonly string[], most: number): Message {
  const long = (name: string) => [...name].length > LONGEST_CLASS;
  const shared = classes.slice(0, most).map((name) => long(name) ? "…" : visible(name));
  return new Message(
    classes.map((name) => visible(long(name) ? `${[...name].slice(0, LONGEST_CLASS).join("")}…` : name))
      .join(", "),
    [...shared, ...(classes.length > most ? ["…"] : [])].join(", "),
  );
}
