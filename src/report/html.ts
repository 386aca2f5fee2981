import { escape as escapeEntities } from "@std/html/entities";
import { visibleLines } from "../base/visible.ts";
import { type PhraseName, PHRASES } from "./phrases.ts";
import type { Bilingual } from "../results/bilingual.ts";
import { type TermName, TERMS } from "./terms.ts";

/** A piece of HTML. */
export class Html {
  constructor(readonly html: string) {}
}

/** The content of a page: text, which is escaped, or HTML. */
export type Content = string | Html;

/** A text in HTML, or in a quoted attribute: control characters, and overrides of the direction of writing, are shown as escapes. */
function escape(text: string): string {
  return escapeEntities(visibleLines(text));
}

/** The HTML of a piece of a page. */
export function htmlOf(content: Content): string {
  return typeof content === "string" ? escape(content) : content.html;
}

/** A sentence, in the page's language. */
export function bilingual({ en, zh }: Bilingual): Html {
  return new Html(`<span data-en="${escape(en)}" data-zh="${escape(zh)}">${escape(en)}</span>`);
}

/** A path or a variant's name, which may break after its parts. */
export function breakable(name: string): Html {
  return new Html(escape(name).replace(/[,/]/g, "$&<wbr>"));
}

/** The path of a key, which may break after its dots. */
export function keyPath(path: string): Html {
  return new Html(escape(path).replaceAll(".", ".<wbr>"));
}

/** A link to a file at a relative path, which cannot be read as an address of another kind: `javascript:`, `//host`. */
export function link(path: string, content: Content): Html {
  const segments = path.toWellFormed().split("/").filter((segment) => segment !== "").map(encodeURIComponent);
  return new Html(`<a href="${escape([".", ...segments].join("/"))}">${htmlOf(content)}</a>`);
}

/** A phrase, in the page's language. */
export function phrase(name: PhraseName): Html {
  return new Html(`<span data-phrase="${name}">${escape(PHRASES[name].en)}</span>`);
}

/** A term, in the page's language, with a tooltip that explains it. */
export function termName(name: TermName): Html {
  return new Html(
    `<span data-term="${name}" data-name="${name}" tabindex="0" class="term">${
      escape(TERMS[name].en)
    }</span>`,
  );
}

/** A number, with a tooltip that explains it. @param of the metric that the term applies to */
export function number(text: Content, term: TermName, of?: TermName): Html {
  const attribute = of === undefined ? "" : ` data-of="${of}"`;
  return new Html(`<span class="number" data-term="${term}"${attribute}>${htmlOf(text)}</span>`);
}

/** A value of an experiment's key, in one line. */
export function setting(value: unknown): Content {
  if (value === undefined) return "";
  if (typeof value === "number") return number(String(value), "setting");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Concatenates pieces. */
export function together(...pieces: readonly Content[]): Html {
  return new Html(pieces.map(htmlOf).join(""));
}

/** A part of a page under a heading. */
export function section(heading: Content, ...pieces: readonly Content[]): Html {
  return new Html(`<section><h2>${htmlOf(heading)}</h2>\n${pieces.map(htmlOf).join("\n")}\n</section>`);
}

/** Pieces of a page whose headings are one level below what they would be by themselves. */
export function below(...pieces: readonly Content[]): Html {
  return new Html(pieces.map(htmlOf).join("\n").replaceAll(/<(\/?)h2\b/g, "<$1h3"));
}

/** A table that scrolls sideways where the page is narrow. */
export function table(header: readonly Content[], rows: readonly (readonly Content[])[]): Html {
  const cell = (content: Content) =>
    `<td${
      content instanceof Html && content.html.startsWith('<span class="number"') ? ' class="numeric"' : ""
    }>${htmlOf(content)}</td>`;
  const head = header.map((content) => `<th>${htmlOf(content)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return new Html(
    `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`,
  );
}

/** A chart, which the page's script draws. @param data what it shows, in the form that its drawing takes */
export function chart(name: ChartName, caption: Content, data: unknown): Html {
  return new Html(
    `<figure><div class="chart" data-chart="${name}">${dataElement(data).html}</div><figcaption><span>${
      htmlOf(caption)
    }</span></figcaption></figure>`,
  );
}

/** The kinds of charts that the page's script can draw. */
export type ChartName =
  | "loss"
  | "accuracy"
  | "confusion"
  | "reliability"
  | "sweep"
  | "intervals"
  | "parallel"
  | "best_so_far";

/** Data for the page's script, in an element that is not shown; control characters of their texts are shown as escapes. */
export function dataElement(value: unknown, id?: string): Html {
  const shown = (_key: string, one: unknown) => typeof one === "string" ? visibleLines(one) : one;
  const json = JSON.stringify(value, shown).replaceAll("<", "\\u003c");
  return new Html(
    `<script type="application/json"${id === undefined ? "" : ` id="${id}"`}>${json}</script>`,
  );
}

/** Preformatted text in a frame. */
export function preformatted(text: string): Html {
  return new Html(`<pre>${escape(text)}</pre>`);
}

/** Something that a reader can open. */
export function details(summary: Content, ...pieces: readonly Content[]): Html {
  return new Html(
    `<details><summary>${htmlOf(summary)}</summary>\n${pieces.map(htmlOf).join("\n")}\n</details>`,
  );
}
