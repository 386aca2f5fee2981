import type { Neighbourhood, PromptInterpretation } from "../prompt/interpretation.ts";
import { type Html, number, phrase, table, termName, together } from "./html.ts";

/** The nearest tokens of each vector, the vectors that share one, and the verbalizer's words near them, where there is one. */
export function neighbourTables({ vectors, duplicates, label_words }: PromptInterpretation): Html[] {
  const list = (numbers: readonly number[]) => numbers.join(", ");
  return [
    neighbourTable(vectors),
    ...(label_words.length > 0
      ? [table(
        [phrase("class"), phrase("label_word"), phrase("found_around")],
        label_words.map((word) => [
          word.class,
          word.token,
          word.vectors.length > 0 ? list(word.vectors) : phrase("nowhere"),
        ]),
      )]
      : []),
    ...(duplicates.length > 0
      ? [table(
        [phrase("nearest"), phrase("shared_by")],
        duplicates.map((group) => [group.token, list(group.vectors)]),
      )]
      : []),
  ];
}

function neighbourTable(neighbours: readonly Neighbourhood[]): Html {
  const began = neighbours.some(({ initial_token }) => initial_token !== undefined);
  return table(
    [
      termName("vector"),
      ...(began ? [phrase("initial")] : []),
      phrase("nearest"),
      termName("distance"),
      termName("turned"),
    ],
    neighbours.map(({ vector, initial_token, nearest, movement }) => [
      number(String(vector), "vector"),
      ...(began ? [initial_token ?? ""] : []),
      together(...nearest.flatMap(({ token, cosine }, i) => [
        `${i > 0 ? ", " : ""}${token} `,
        number(cosine.toFixed(2), "cosine"),
      ])),
      number(movement.distance.toFixed(2), "distance"),
      number(movement.cosine.toFixed(2), "turned"),
    ]),
  );
}
