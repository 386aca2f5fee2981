import type { Bilingual } from "../base/bilingual.ts";
import { InputError, thrownMessage } from "../base/errors.ts";

/** An error in what the user has entered in the page, in both languages. */
export class PageError extends InputError {
  override readonly name = "PageError";

  constructor(readonly text: Bilingual) {
    super(text.en);
  }
}

/** What the page shows of an error: those of other rooms are in English. */
export function errorText(error: unknown): Bilingual {
  if (error instanceof PageError) return error.text;
  const why = thrownMessage(error);
  return { en: why, zh: `出错了：${why}` };
}
