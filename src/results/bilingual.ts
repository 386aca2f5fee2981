/** A text in the languages of the reports. */
export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}
