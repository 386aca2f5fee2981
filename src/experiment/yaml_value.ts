import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Scalar,
} from "yaml";
import type { SchemaPart } from "../schema/schema_part.ts";
import { isText, partOf } from "./schema_part.ts";

/** A problem in a text of YAML, with its offset in the text. */
export interface YamlProblem {
  readonly offset: number;
  readonly message: string;
}

/** The largest number of values that all aliases of a file may expand to: malicious files multiply them. */
export const MOST_BY_ALIAS = 10_000;

/** The largest number of lists and maps that a value may lie in. */
export const MOST_DEPTH = 100;

/** A text within typographic quotation marks, as word processors write them. */
const TYPOGRAPHIC_QUOTES = /^[\u2018-\u201f\u00ab\u2039].*[\u2018-\u201f\u00bb\u203a]$/s;

/** Spaces and invisible characters that are letters in YAML. */
export const UNSEEN = /[^\P{Z} ]|[\u200b-\u200d\u2060\ufeff]/u;

/** A character by its code point: `U+00A0`. */
export function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Plain values from YAML, by the experiment's schema: where it declares a string, an unquoted value is the text
 * as it is written (`1.0`, `01`, `True`), not the number or boolean that YAML makes of it; keys always are.
 */
export class ValueReader {
  private readonly found: YamlProblem[] = [];
  private readonly around = new Set<Node>();
  /** The last value of each anchor, and what each alias that was met refers to. */
  private readonly anchors = new Map<string, Node>();
  private readonly targets = new Map<Alias, Node | undefined>();
  /** The depth of aliases around the current value, and the number of values read through aliases. */
  private aliases = 0;
  private byAlias = 0;

  /** The problems, in the order of the text. */
  get problems(): readonly YamlProblem[] {
    return this.found;
  }

  /** @param text the document's source @param lines where its lines begin */
  constructor(
    private readonly document: Document.Parsed,
    private readonly text: string,
    private readonly lines: LineCounter,
  ) {}

  /** The value of the whole document. @param part its schema */
  read(part: SchemaPart | undefined): unknown {
    return this.value(this.document.contents, part, false);
  }

  /** @param isFree whether it is under a key that the schema does not name: a null is a string there */
  private value(given: unknown, part: SchemaPart | undefined, isFree: boolean): unknown {
    if (isAlias(given)) return this.aliased(given, part, isFree);
    this.keepAnchor(given);
    if (this.aliases > 0 && ++this.byAlias > MOST_BY_ALIAS) return null;
    if (isScalar(given)) return this.scalar(given, part, isFree);
    if (!isMap(given) && !isSeq(given)) return null;
    if (this.around.size === MOST_DEPTH) {
      this.report(given, `lists or maps are nested too deeply: at most ${MOST_DEPTH} in each other`);
      return null;
    }
    this.around.add(given);
    const value = isMap(given)
      ? Object.fromEntries(this.entries(given.items, part))
      : given.items.map((item, i) => this.value(item, partOf(part, i), part?.items !== undefined));
    this.around.delete(given);
    return value;
  }

  /** The value of an alias. */
  private aliased(alias: Alias, part: SchemaPart | undefined, isFree: boolean): unknown {
    const target = this.target(alias);
    if (target === undefined) return undefined;
    if (this.around.has(target)) {
      return this.report(alias, `'*${alias.source}' refers to a value that contains it: write the value out`);
    }
    if (this.byAlias > MOST_BY_ALIAS) return null;
    this.aliases++;
    const value = this.value(target, part, isFree);
    this.aliases--;
    if (this.aliases === 0 && this.byAlias > MOST_BY_ALIAS) {
      this.report(
        alias,
        `the aliases up to here expand to more than ${MOST_BY_ALIAS} values: write the values out`,
      );
    }
    return value;
  }

  /** Values are read in the order of the text: an alias refers to the last anchor of its name before it. */
  private target(alias: Alias): Node | undefined {
    const { source } = alias;
    if (!this.targets.has(alias)) this.targets.set(alias, this.anchors.get(source));
    return this.targets.get(alias) ?? this.report(
      alias,
      `'*${source}' is an alias in YAML, and there is no anchor '&${source}' before it: put quotes around it if it is a text`,
    );
  }

  /** What is read through an alias was read before, and its anchors may have other values since. */
  private keepAnchor(node: unknown): void {
    if (this.aliases > 0 || !isNode(node) || isAlias(node) || node.anchor === undefined) return;
    this.anchors.set(node.anchor, node);
  }

  private entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    part: SchemaPart | undefined,
  ): [string, unknown][] {
    const seen = new Map<string, unknown>();
    return items.flatMap(({ key: written, value }): [string, unknown][] => {
      this.keepAnchor(written);
      const node = isAlias(written) ? this.target(written) : written;
      if (node === undefined) return [];
      if (!isScalar(node)) {
        this.report(written, "a key is a word, not a list or a map: put quotes around it if it is a text");
        return [];
      }
      const key = this.key(node);
      if (key === undefined) return [];
      const before = seen.get(key);
      if (before !== undefined) {
        this.report(written, `the key '${key}' occurs twice, first in line ${this.lineOf(before)}`);
        return [];
      }
      seen.set(key, written);
      const own = partOf(part, key);
      if (value === null && takesNull(own)) this.sayEmpty(written, key);
      const isFree = typeof part?.additionalProperties === "object";
      return [[key, this.value(value, own, isFree)]];
    });
  }

  private key(node: Scalar): string | undefined {
    const key = asWritten(node);
    if (node.type === "PLAIN") {
      if (key === "<<") {
        return this.report(
          node,
          "YAML 1.2 has no merge keys ('<<'): write the keys out, or quote it if it is a name",
        );
      }
      if (key === "") {
        return this.report(node, "there is no key before the ':': write one, or quote it (\"\")");
      }
      this.checkPlain(node, key);
    }
    return key;
  }

  private scalar(node: Scalar, part: SchemaPart | undefined, isFree: boolean): unknown {
    const { value } = node;
    const written = asWritten(node);
    if (node.type !== "PLAIN") return value;
    this.checkPlain(node, written);
    if (isText(part)) {
      this.checkComment(node, written);
      if (value !== null || isFree && !takesNull(part) && written !== "") return written;
      if (takesNull(part) && written === "") this.sayEmpty(node);
      return null;
    }
    if (typeof value === "number" && /^[-+]?\d+$/.test(written) && !Number.isSafeInteger(value)) {
      this.report(node, `${written} has more digits than a number keeps: at most ${Number.MAX_SAFE_INTEGER}`);
    }
    return value;
  }

  /** Characters that look like quotes or spaces, but are letters in YAML. */
  private checkPlain(node: Scalar, written: string): void {
    if (TYPOGRAPHIC_QUOTES.test(written)) {
      const quote = written[0]!;
      this.report(
        node,
        `the quote ${quote} (${
          codePoint(quote)
        }) is a letter in YAML: write straight quotes, or put them around the whole value if it is meant`,
      );
    }
    const first = written.at(0) ?? "";
    const last = written.at(-1) ?? "";
    const space = [first, last].find((one) => UNSEEN.test(one));
    if (space !== undefined) {
      this.report(
        node,
        `there is a character ${codePoint(space)} ${space === first ? "before" : "after"} '${
          written.replaceAll(new RegExp(UNSEEN, "gu"), "")
        }', which looks like a space or is invisible, but is a letter in YAML: write an ordinary space, or put quotes around it if it is meant`,
      );
    }
  }

  /** What follows ` #` is a comment in YAML; in a sentence without quotes it may have been meant as part of it. */
  private checkComment(node: Scalar, written: string): void {
    const end = node.range?.[1] ?? 0;
    const [comment] = /^[ \t]+#.*/.exec(this.text.slice(end)) ?? [];
    if (comment === undefined || !/[\s{]/.test(written)) return;
    this.report(
      { range: [end + comment.indexOf("#")] },
      "what follows ' #' is a comment in YAML and not part of the text before it: put quotes around the text, or the comment on a line of its own",
    );
  }

  private sayEmpty(node: unknown, key?: string): void {
    const what = key === undefined ? "there is no value after the ':'" : `'${key}' has no value`;
    this.report(node, `${what}: write one, or null for none`);
  }

  private lineOf(node: unknown): number {
    return this.lines.linePos(offsetOf(node)).line;
  }

  private report(node: unknown, message: string): undefined {
    this.found.push({ offset: offsetOf(node), message });
    return undefined;
  }
}

/** A scalar as it is written: the source of an unquoted one, the text of a quoted one. */
export function asWritten({ type, source, value }: Scalar): string {
  return type === "PLAIN" && source !== undefined ? source : String(value);
}

function takesNull(part: SchemaPart | undefined): boolean {
  return [part?.type ?? []].flat().includes("null");
}

function offsetOf(node: unknown): number {
  const { range } = (node ?? {}) as { range?: readonly number[] };
  return range?.[0] ?? 0;
}
