/// <reference lib="dom" />
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Language, languageFor } from "../../browser/language.ts";
import type { Bilingual } from "../../base/bilingual.ts";
import { type PhraseName, PHRASES } from "./phrases.ts";

export type { Language } from "../../browser/language.ts";

/** The language of the page. */
export const LanguageContext: ReturnType<typeof createContext<Language>> = createContext<Language>("en");

/** The language that the reader's browser prefers. */
export function preferredLanguage(): Language {
  return languageFor(navigator.languages);
}

/** Texts in the language of the page. */
export interface Words {
  /** A phrase. */
  readonly t: (name: PhraseName) => string;
  /** A sentence that is made in both languages. */
  readonly translated: (text: Bilingual) => string;
}

/** Texts in the language of the page. */
export function useWords(): Words {
  const language = useContext(LanguageContext);
  return { t: (name) => PHRASES[name][language], translated: (text) => text[language] };
}
