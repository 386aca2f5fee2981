import type { Example } from "./example.ts";

/** What the course lab's TextCNN notebook deletes, in its order: a `</b>` is a `<b>` by the time that tags go. */
const DELETED = [/--/g, /["'.,[\]():\\=$/*;`%0-9]/g, /<b>/g];

/** The preprocessing of the course lab's TextCNN: punctuation and digits deleted, `-` a space, single spaces; `!` and `?` stay. */
export function cleanLikeTextcnn(text: string): string {
  const kept = DELETED.reduce((rest, pattern) => rest.replaceAll(pattern, ""), text);
  return kept.replaceAll("-", " ").split(" ").filter((word) => word !== "").join(" ");
}

/** Applies a `clean:` setting to every text. */
export function clean(examples: readonly Example[], how: "none" | "textcnn"): readonly Example[] {
  return how === "none" ? examples : examples.map(({ columns, ...example }) => ({
    ...example,
    text: cleanLikeTextcnn(example.text),
    ...(columns && {
      columns: Object.fromEntries(
        Object.entries(columns).map(([name, text]) => [name, cleanLikeTextcnn(text)]),
      ),
    }),
  }));
}
