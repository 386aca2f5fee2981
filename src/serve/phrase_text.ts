import { PHRASES } from "../browser/phrases.ts";
import { bilingual, htmlOf } from "../report/html.ts";

/** A phrase of a page, in its language, as HTML. */
export function phraseText(name: keyof typeof PHRASES): string {
  return htmlOf(bilingual(PHRASES[name]));
}
