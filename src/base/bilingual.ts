/** A text in the languages of the reports and of the page of `serve`. */
export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}
