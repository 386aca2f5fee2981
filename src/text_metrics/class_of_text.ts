import { squadWords } from "./words.ts";

/** The texts that stand for each class. */
type Verbalizer = Readonly<Record<string, readonly string[]>>;

/**
 * Tells which class a generated text stands for: that of whose texts one is an exact match, after SQuAD's normalization
 * ({@linkcode squadWords}).
 *
 * @param verbalizer its classes have no text in common after normalization ({@linkcode sameTexts})
 * @returns the class of a text; `undefined` for a text of none of them
 */
export function classReader(verbalizer: Verbalizer): (text: string) => string | undefined {
  const classes = new Map(
    Object.entries(verbalizer).flatMap(([name, texts]) => texts.map((text) => [keyOf(text), name] as const)),
  );
  return (text) => classes.get(keyOf(text));
}

/** A text of a class that is the same as one of another class, as exact match compares. */
export interface SameText {
  readonly name: string;
  /** Its place among the class's texts. */
  readonly index: number;
  readonly text: string;
  /** The other text, and its class. */
  readonly other: { readonly text: string; readonly name: string };
}

/** The texts that are those of another class, too, after normalization. */
export function sameTexts(verbalizer: Verbalizer): SameText[] {
  const owners = new Map<string, { readonly text: string; readonly name: string }>();
  return Object.entries(verbalizer).flatMap(([name, texts]) =>
    texts.flatMap((text, index) => {
      const other = owners.get(keyOf(text));
      if (other === undefined) owners.set(keyOf(text), { text, name });
      return other === undefined || other.name === name ? [] : [{ name, index, text, other }];
    })
  );
}

/** Equal for texts that are an exact match; no word has a blank in it. */
function keyOf(text: string): string {
  return squadWords(text).join(" ");
}
