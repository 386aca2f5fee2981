import { join } from "@std/path";
import { mean } from "simple-statistics";
import type { PromptInterpretation } from "../../src/prompt/interpretation.ts";
import type { SummaryRow } from "../../src/results/summary.ts";

/** What the vectors of a group's prompts mean, on average over its seeds. */
export interface Meanings {
  /** The cosine between a vector and what it started as. */
  readonly cosine_to_start: number;
  /** The cosine between a vector and the token nearest to it. */
  readonly cosine_to_nearest: number;
  /** The share of vectors that were tokens and have these nearest still; `null` where none was. */
  readonly kept_token: number | null;
  /** The share of vectors that have their nearest token in common with another one. */
  readonly duplicates: number;
  /** The share of the verbalizer's words that are among the five tokens nearest to a vector. */
  readonly label_words: number;
}

/** Reads the `neighbours.json` of a group's runs, in the folder of their experiment. */
export async function meaningsOf(folder: string, rows: readonly SummaryRow[]): Promise<Meanings> {
  const all = await Promise.all(
    rows.map(async ({ folder: run }) =>
      JSON.parse(await Deno.readTextFile(join(folder, run, "neighbours.json"))) as PromptInterpretation
    ),
  );
  const vectors = all.flatMap(({ vectors }) => vectors);
  const begun = vectors.filter(({ initial_token }) => initial_token !== undefined);
  return {
    cosine_to_start: mean(vectors.map(({ movement }) => movement.cosine)),
    cosine_to_nearest: mean(vectors.map(({ nearest }) => nearest[0]!.cosine)),
    kept_token: begun.length === 0
      ? null
      : share(begun, ({ initial_token, nearest }) => nearest[0]!.token === initial_token),
    duplicates: all.flatMap(({ duplicates }) => duplicates.flatMap((one) => one.vectors)).length /
      vectors.length,
    label_words: share(all.flatMap(({ label_words }) => label_words), ({ vectors }) => vectors.length > 0),
  };
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / items.length;
}
