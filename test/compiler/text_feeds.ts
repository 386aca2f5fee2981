import { assertEquals } from "@std/assert";
import { float32Tensor, int64Tensor, type Tensor } from "../../src/device/device.ts";
import { familyFeeds, readFamily } from "./family_step.ts";

/** Texts of two tokens, of one, and of none but padding after it. */
export const TARGETS = {
  ids: [[7, 9], [12, 0], [3, 5]],
  weights: [[1, 1], [1, 0], [0.5, 2]],
};
/** The number of texts. */
export const BATCH = 3;
/** The most tokens of a target. */
export const LONGEST = 2;

/** A batch of a family whose targets are read at the last rows of its texts. */
export async function textFeeds(family: string): Promise<Record<string, Tensor>> {
  const { labels: _l, label_tokens: _t, label_weights: _w, answer_rows: _a, ...feeds } = familyFeeds(
    await readFamily(family),
    "word-embeddings",
  );
  assertEquals(feeds.input_ids!.dims[0], BATCH);
  const last = feeds.input_ids!.dims[1]! - 1;
  return {
    ...feeds,
    target_rows: int64Tensor(Array.from({ length: BATCH }, () => [last - 1, last]).flat(), [BATCH, LONGEST]),
    target_ids: int64Tensor(TARGETS.ids.flat(), [BATCH, LONGEST]),
    target_weights: float32Tensor(Float32Array.from(TARGETS.weights.flat()), [BATCH, LONGEST]),
    velocity: float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims),
  };
}
