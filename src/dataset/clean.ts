/** What the course lab's TextCNN notebook deletes, in its order: `</b>` has become `<b>` when tags are deleted. */
const DELETED = [/--/g, /["'.,\[\]():\\=$/*;`%0-9]/g, /<b>/g];

/** The preprocessing of the course lab's TextCNN: punctuation and digits deleted, `-` a space, single spaces; `!` and `?` stay. */
export function cleanLikeTextcnn(text: string): string {
  const kept = DELETED.reduce((rest, pattern) => rest.replaceAll(pattern, ""), text);
  return kept.replaceAll("-", " ").split(" ").filter((word) => word !== "").join(" ");
}

/** The same cleaning as normalizer steps in a `tokenizer.json`. */
export const TEXTCNN_STEPS: readonly Readonly<Record<string, unknown>>[] = [
  ...DELETED.map(({ source }) => ({ type: "Replace", pattern: { Regex: source }, content: "" })),
  { type: "Replace", pattern: { String: "-" }, content: " " },
  { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
];
