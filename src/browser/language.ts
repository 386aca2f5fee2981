/// <reference lib="dom" />
import type { Bilingual } from "../base/bilingual.ts";

/** A language of the page. */
export type Language = keyof Bilingual;

/** The language for a reader who prefers these, the best first (BCP 47). */
export function languageFor(preferred: readonly string[]): Language {
  return preferred[0]?.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** The language that the page is in now. */
export function pageLanguage(): Language {
  return languageFor([document.documentElement.lang]);
}

/** Shows a text in the page's language; the element keeps both, for a change of language. */
export function write(element: HTMLElement, text: Bilingual): void {
  element.dataset.en = text.en;
  element.dataset.zh = text.zh;
  element.textContent = text[pageLanguage()];
}

/** Changes the language of the page. */
export function setLanguage(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll<HTMLElement>("[data-en]")) {
    element.textContent = element.dataset[language] ?? "";
  }
}
