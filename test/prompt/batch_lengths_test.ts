import { assertEquals, assertThrows } from "@std/assert";
import { batchLengths } from "../../src/prompt/batch_lengths.ts";
import { batchFeeds } from "../../src/prompt/batches.ts";

const example = (length: number, target = 0) => ({
  ids: Array.from({ length }, (_, i) => i + 1),
  targetIds: Array.from({ length: target }, () => 1),
  positions: Array.from({ length }, (_, i) => i),
  promptRows: [0],
  answerRow: 0,
  truncated: 0,
  label: 0,
});

Deno.test("batches have lengths in steps, and none is longer than the longest example", () => {
  const { texts, targets } = batchLengths([example(3, 1), example(20, 9)], 8);
  assertEquals([1, 8, 9, 16, 17, 20].map(texts), [8, 8, 16, 16, 20, 20]);
  assertEquals([1, 8, 9].map(targets), [8, 8, 9]);
  const { texts: exact } = batchLengths([example(3), example(20)], 1);
  assertEquals([1, 3, 20].map(exact), [1, 3, 20]);
});

Deno.test("what is added to a batch is padding, which the model does not see", () => {
  const { texts } = batchLengths([example(3), example(7)], 4);
  const feeds = batchFeeds([example(3)], 9, undefined, texts);
  const list = (name: string) => Array.from(feeds[name]!.data, Number);
  assertEquals(list("input_ids"), [1, 2, 3, 9]);
  assertEquals(list("attention_mask"), [1, 1, 1, 0]);
  // A model that reads padding gets none.
  assertEquals(batchFeeds([example(3)], undefined, undefined, texts).input_ids.dims, [1, 3]);
  assertThrows(() => batchFeeds([example(3), example(4)], undefined, undefined, texts), RangeError);
});
