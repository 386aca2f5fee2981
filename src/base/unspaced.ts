/**
 * The source of a regular expression, with flag `v`, for a character of a script that puts no blanks between words, with its marks. These
 * scripts are those of the classes ID, CJ and SA of Unicode's line breaking (UAX #14: lines end within words or where a dictionary
 * says so), and Tibetan, which separates syllables. Digits are not among them: numbers are words.
 */
export const UNSPACED_CHARACTER: string = String.raw`[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}` +
  String
    .raw`\p{sc=Bopomofo}\p{sc=Yi}\p{sc=Tangut}\p{sc=Nushu}\p{sc=Khitan_Small_Script}\p{sc=Thai}\p{sc=Lao}` +
  String
    .raw`\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tai_Le}\p{sc=New_Tai_Lue}\p{sc=Tai_Tham}\p{sc=Tai_Viet}\p{sc=Ahom}` +
  String.raw`\p{sc=Tibetan}]&&[\p{L}\p{Nl}]]\p{M}*`;
