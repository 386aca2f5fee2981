import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../../src/device/device.ts";
import { shared } from "../shared.ts";

/** A training step computed in float64 PyTorch: `mlm_step.json` or `causal_step.json` in the shared folder. */
export interface ReferenceStep {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  /** A masked model's answers, … */
  readonly mask_positions_with_prompt?: number[];
  /** … a causal one's. */
  readonly last_positions_with_prompt?: number[];
  readonly labels: number[];
  readonly verbalizer_ids: number[][];
  readonly prompt_length: number;
  readonly prompt_init: number[][];
  readonly loss: number;
  readonly class_logits: number[][];
  readonly prompt_gradient: number[][];
  readonly steps: { readonly loss: number; readonly prompt: number[][] }[];
}

/** Reads the reference. */
export async function readReferenceStep(name: string): Promise<ReferenceStep> {
  return JSON.parse(await Deno.readTextFile(shared("parity", name)));
}

/** The reference's batch with the prompt in front, as inputs of the compiled step. */
export function referenceFeeds(reference: ReferenceStep): Record<string, Tensor> {
  const length = reference.prompt_length;
  const batch = reference.labels.length;
  const sequence = length + reference.input_ids[0]!.length;
  const dims = [batch, sequence];
  const front = (filler: number) => Array.from({ length }, () => filler);
  return {
    input_ids: int64Tensor(reference.input_ids.flatMap((ids) => [...front(0), ...ids]), dims),
    attention_mask: int64Tensor(reference.attention_mask.flatMap((mask) => [...front(1), ...mask]), dims),
    position_ids: int64Tensor(Array.from({ length: batch * sequence }, (_, i) => i % sequence), dims),
    prompt_rows: int64Tensor(Array.from({ length: batch * length }, (_, i) => i % length), [batch, length]),
    answer_rows: int64Tensor(
      (reference.mask_positions_with_prompt ?? reference.last_positions_with_prompt)!,
      [batch],
    ),
    label_tokens: int64Tensor(reference.verbalizer_ids.flat(), [2, 2]),
    label_weights: float32Tensor(Float32Array.of(0.5, 0.5, 0.5, 0.5), [2, 2]),
    labels: int64Tensor(reference.labels, [batch]),
    learning_rate: scalarTensor(0.01),
    weight_decay: scalarTensor(0.01),
    clip_norm: scalarTensor(0),
  };
}

/** The prompt that the reference starts from. */
export function referencePrompt(reference: ReferenceStep): Tensor {
  const rows = reference.prompt_init;
  return float32Tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
}
