import type { Insertion } from "../../src/compiler/mod.ts";
import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../../src/device/device.ts";

/** A training step of a small model in test/fixtures/families, computed in float64 PyTorch. */
export interface FamilyReference extends Record<Insertion, InsertionReference> {
  readonly input_ids: number[][];
  readonly attention_mask: number[][];
  readonly prompt_rows: number[][];
  readonly answer_rows: number[];
  readonly labels: number[];
  readonly label_tokens: number[][];
  readonly label_weights: number[][];
}

/** What the step gives with the prompt at one of the two places. */
export interface InsertionReference {
  readonly position_ids: number[][];
  readonly prompt: number[][];
  readonly loss: number;
  readonly class_logits: number[][];
  readonly gradient: number[][];
}

const FOLDER = "test/fixtures/families";

/** The path of a family's model. */
export function familyModel(name: string): string {
  return `${FOLDER}/${name}.onnx`;
}

/** Reads a family's reference. */
export async function readFamily(name: string): Promise<FamilyReference> {
  return JSON.parse(await Deno.readTextFile(`${FOLDER}/${name}.json`));
}

/** The inputs of the compiled step but for the optimizer's state. */
export function familyFeeds(reference: FamilyReference, insertion: Insertion): Record<string, Tensor> {
  const integers = (rows: number[][]) => int64Tensor(rows.flat(), [rows.length, rows[0]!.length]);
  const floats = (rows: number[][]) =>
    float32Tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
  const { position_ids, prompt } = reference[insertion];
  return {
    input_ids: integers(reference.input_ids),
    attention_mask: integers(reference.attention_mask),
    prompt_rows: integers(reference.prompt_rows),
    answer_rows: int64Tensor(reference.answer_rows, [reference.answer_rows.length]),
    labels: int64Tensor(reference.labels, [reference.labels.length]),
    label_tokens: integers(reference.label_tokens),
    label_weights: floats(reference.label_weights),
    position_ids: integers(position_ids),
    prompt: floats(prompt),
    learning_rate: scalarTensor(0.01),
    weight_decay: scalarTensor(0.01),
    clip_norm: scalarTensor(0),
    step: scalarTensor(1),
  };
}

/** A batch with places after its texts that nothing reads. @param tokens the places of a text then */
export function padded(feeds: Record<string, Tensor>, tokens: number): Record<string, Tensor> {
  const [batch, sequence] = feeds.input_ids!.dims as [number, number];
  const longer = { ...feeds };
  for (const name of ["input_ids", "attention_mask", "position_ids"]) {
    const items = Array.from(feeds[name]!.data, Number);
    const rows = Array.from({ length: batch }, (_, i) => [
      ...items.slice(i * sequence, (i + 1) * sequence),
      ...Array.from({ length: tokens - sequence }, () => 0),
    ]);
    longer[name] = int64Tensor(rows.flat(), [batch, tokens]);
  }
  return longer;
}
