import type { ModelCard } from "../model/card.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/**
 * Whether a model reads the places after a text that only fill a batch up. One that looks at the text on both sides does where
 * its graph takes no `attention_mask`; a causal one never does, as they come after its answer.
 *
 * @param inputs the names of the inputs that the graph reads
 */
export function readsPadding({ kind }: Pick<ModelCard, "kind">, inputs: readonly string[]): boolean {
  return kind === "masked" && !inputs.includes("attention_mask");
}

/** What fills the places after shorter texts; `undefined` where the model would read it, so that texts of one length go together. */
export function fillerOf(
  { card, tokenizer }: { readonly card: Pick<ModelCard, "kind">; readonly tokenizer: Tokenizer },
  { inputNames }: { readonly inputNames: readonly string[] },
): number | undefined {
  return readsPadding(card, inputNames) ? undefined : tokenizer.padId;
}
