import { linesOf } from "../dataset/rows.ts";
import { PageError } from "./page_error.ts";

/** The words that stand for each class. */
export type ClassWords = Readonly<Record<string, readonly string[]>>;

/** A name or a word, in quotes (as JSON has them) or without, and the colon, the comma or the line's end after it. */
const ITEM = /\s*(?:("(?:[^"\\]|\\.)*")|([^\s",:，、：][^,:，、：]*?))\s*([,:，、：]|$)/y;

/** What is written as it is; all else is written in quotes. */
const PLAIN = /^[^\s",:，、：](?:[^",:，、：]*[^\s",:，、：])?$/;

/** Writes classes and their words as `readClassWords` reads them. */
export function writeClassWords(words: ClassWords): string {
  const written = (text: string) => PLAIN.test(text) && !/[\r\n]/.test(text) ? text : JSON.stringify(text);
  return Object.entries(words).map(([name, list]) => `${written(name)}: ${list.map(written).join(", ")}`)
    .join("\n");
}

/**
 * Reads classes and their words as a user types them: a line `class: word, word` for each. What is in quotes is taken as it is.
 *
 * @throws {PageError} naming the line, where it has another form, a class is there twice or a word stands for two; or with fewer than
 *   two classes
 */
export function readClassWords(typed: string): ClassWords {
  const classes = new Map<string, readonly string[]>();
  const owners = new Map<string, string>();
  for (const { line, text } of linesOf(typed)) {
    if (text.trim() === "") continue;
    const [name, ...words] = itemsIn(text) ?? [];
    if (name === undefined || words.length === 0) {
      throw new PageError({
        en:
          `line ${line} of the classes ("${text.trim()}") must be a class, a colon and words, for example negative: bad, awful`,
        zh: `类别的第 ${line} 行（“${text.trim()}”）应为类别名、冒号和词，例如 negative: bad, awful`,
      });
    }
    if (classes.has(name)) {
      throw new PageError({
        en:
          `line ${line} of the classes: the class '${name}' is there twice: write all of its words on one line`,
        zh: `类别的第 ${line} 行：类别“${name}”重复，请把它的词写在同一行`,
      });
    }
    for (const word of words) {
      const owner = owners.get(word);
      if (owner !== undefined) {
        throw new PageError({
          en:
            `line ${line} of the classes: '${word}' already stands for '${owner}': a word can stand for one class only`,
          zh: `类别的第 ${line} 行：词“${word}”已代表类别“${owner}”，一个词只能代表一个类别`,
        });
      }
      owners.set(word, name);
    }
    classes.set(name, words);
  }
  if (classes.size < 2) {
    throw new PageError({
      en: `there must be two classes or more, got ${classes.size}: write a line for each`,
      zh: `至少需要两个类别（现有 ${classes.size} 个），每行写一个`,
    });
  }
  return Object.fromEntries(classes);
}

/** The name and the words of a line; `undefined` where it has another form. */
function itemsIn(line: string): string[] | undefined {
  const items: string[] = [];
  let at = 0;
  for (;;) {
    ITEM.lastIndex = at;
    const [whole, quoted, plain, end] = ITEM.exec(line) ?? [];
    const item = quoted === undefined ? plain : unquoted(quoted);
    const isName = items.length === 0;
    if (whole === undefined || !item || isName !== /[:：]/.test(end!)) return undefined;
    items.push(item);
    if (end === "") return items;
    at += whole.length;
  }
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
