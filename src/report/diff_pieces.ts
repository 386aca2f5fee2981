import { isChange, type Verdict } from "../diff/verdict.ts";
import type { DifferingRow } from "../diff/differing_rows.ts";
import type { Bilingual } from "../results/bilingual.ts";
import {
  bilingual,
  breakable,
  type Content,
  Html,
  htmlOf,
  keyPath,
  phrase,
  section,
  setting,
  table,
} from "./html.ts";
import type { PhraseName } from "./phrases.ts";

/** The columns of a metric's numbers. */
export const COLUMNS = ["side_a", "side_b", "delta", "delta_interval", "p", "p_adjusted"] as const;

/** A side as named by the user, and what is said of it. */
type NamedSide = readonly [name: string, about: string];

/** The sides of a diff. */
export function sidesPiece({ a, b }: { readonly a: NamedSide; readonly b: NamedSide }): Html {
  const side = ([name, about]: NamedSide) => `<code>${htmlOf(breakable(name))}</code>${htmlOf(about)}`;
  return new Html(`<p>A: ${side(a)}<br>B: ${side(b)}</p>`);
}

/** A sentence as a paragraph, if there is one. */
export function sentencePieces(sentence: Bilingual | undefined): Html[] {
  return sentence === undefined ? [] : [new Html(`<p>${htmlOf(bilingual(sentence))}</p>`)];
}

/** A verdict, in the page's language. */
export function verdictHtml(verdict: Verdict): Html {
  const name: PhraseName = verdict === "no evidence either way" ? "no_evidence" : verdict;
  return new Html(
    `<span class="${isChange(verdict) ? verdict : "soft"}">${htmlOf(phrase(name))}</span>`,
  );
}

/** What differs, key by key. */
export function differenceTable(rows: readonly DifferingRow[]): Content {
  return table(
    [phrase("key"), "A", "B"],
    rows.map(([path, { a, b }]) => [keyPath(path), setting(a), setting(b)]),
  );
}

/**
 * What differs in a comparison.
 *
 * @param own besides what differs in all comparisons
 * @param hasShared whether there is such a thing
 */
export function differencePieces(own: readonly DifferingRow[], hasShared: boolean): Content[] {
  if (own.length > 0) return [section(phrase("differs"), differenceTable(own))];
  return hasShared ? [] : [section(phrase("differs"), phrase("nothing_differs"))];
}

/** The variants that only one side has. */
export function onlyIn(name: "only_in_a" | "only_in_b", variants: readonly string[]): Html[] {
  return variants.length === 0 ? [] : [section(phrase(name), variants.join("; "))];
}
