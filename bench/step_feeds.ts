import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../src/device/device.ts";
import { RandomStream } from "../src/base/random_stream.ts";

/** The sizes that steps are timed at. */
export const SIZES = { batch: 32, sequence: 64, length: 20, classes: 2, words: 2 };

/** One batch of random tokens after a prompt, as inputs of a compiled step (AdamW) and of a model's own file. */
export function stepFeeds(dimension: number, vocabulary: number, sizes = SIZES): Record<string, Tensor> {
  const { batch, sequence, length } = sizes;
  const stream = new RandomStream(0, "bench");
  const places = Array.from({ length: batch * sequence }, (_, i) => i % sequence);
  const prompt = float32Tensor(
    Float32Array.from({ length: length * dimension }, () => stream.uniform(-0.5, 0.5)),
    [length, dimension],
  );
  const zeros = float32Tensor(new Float32Array(length * dimension), prompt.dims);
  return {
    input_ids: int64Tensor(places.map(() => 5 + stream.integer(vocabulary - 5)), [batch, sequence]),
    attention_mask: int64Tensor(places.map(() => 1), [batch, sequence]),
    position_ids: int64Tensor(places.map((i) => Math.max(0, i - length)), [batch, sequence]),
    token_type_ids: int64Tensor(places.map(() => 0), [batch, sequence]),
    prompt_rows: int64Tensor(Array.from({ length: batch * length }, (_, i) => i % length), [batch, length]),
    answer_rows: int64Tensor(Array.from({ length: batch }, () => sequence - 3), [batch]),
    label_tokens: int64Tensor([387, 1316, 307, 381], [2, 2]),
    label_weights: float32Tensor(Float32Array.of(0.5, 0.5, 0.5, 0.5), [2, 2]),
    labels: int64Tensor(Array.from({ length: batch }, (_, i) => i % 2), [batch]),
    prompt,
    first_moment: zeros,
    second_moment: zeros,
    learning_rate: scalarTensor(0.03),
    weight_decay: scalarTensor(0.01),
    clip_norm: scalarTensor(1),
    step: scalarTensor(1),
  };
}
