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

/**
 * How texts are laid in batches to be answered. Where activations are quantized on a scale that depends on the whole batch,
 * each text is answered alone, so that no other text changes its answer.
 *
 * @param evaluation what the run says of it
 */
export function answerBatches(
  model: Parameters<typeof fillerOf>[0] & { readonly facts: { readonly quantizesActivations: boolean } },
  session: Parameters<typeof fillerOf>[1],
  evaluation: { readonly batchSize: number },
): { padId: number | undefined; batchSize: number } {
  const batchSize = model.facts.quantizesActivations ? 1 : evaluation.batchSize;
  return { padId: fillerOf(model, session), batchSize };
}

/** What fills the places after shorter texts; `undefined` where the model would read it, so that texts of one length go together. */
export function fillerOf(
  { card, tokenizer }: { readonly card: Pick<ModelCard, "kind">; readonly tokenizer: Tokenizer },
  { inputNames }: { readonly inputNames: readonly string[] },
): number | undefined {
  return readsPadding(card, inputNames) ? undefined : tokenizer.padId;
}
