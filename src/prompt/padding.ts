import type { Device } from "../device/device.ts";
import type { ModelCard } from "../model/card.ts";
import type { Tokenizer } from "../model/tokenizer.ts";

/**
 * Whether a model reads padding after a text. A bidirectional one does where
 * its graph takes no `attention_mask`; a causal one never does, as they come after its answer.
 *
 * @param inputs the names of the inputs that the graph reads
 */
export function readsPadding({ kind }: Pick<ModelCard, "kind">, inputs: readonly string[]): boolean {
  return kind === "masked" && !inputs.includes("attention_mask");
}

/**
 * The batching of texts for classification. Where activations are quantized with a scale that depends on the whole batch,
 * each text is classified alone, so that no other text changes its answer.
 *
 * @param evaluation the run's settings of evaluation
 * @param device the device of the session
 */
export function answerBatches(
  model: Parameters<typeof fillerOf>[0] & { readonly facts: { readonly quantizesActivations: boolean } },
  session: Parameters<typeof fillerOf>[1],
  evaluation: { readonly batchSize: number },
  { lengthStep }: Pick<Device, "lengthStep">,
): { padId: number | undefined; batchSize: number; lengthStep?: number } {
  const batchSize = model.facts.quantizesActivations ? 1 : evaluation.batchSize;
  return { padId: fillerOf(model, session), batchSize, ...(lengthStep !== undefined && { lengthStep }) };
}

/** The padding id; `undefined` where the model would read padding, so that a batch must have texts of one length. */
export function fillerOf(
  { card, tokenizer }: { readonly card: Pick<ModelCard, "kind">; readonly tokenizer: Tokenizer },
  { inputNames }: { readonly inputNames: readonly string[] },
): number | undefined {
  return readsPadding(card, inputNames) ? undefined : tokenizer.padId;
}
