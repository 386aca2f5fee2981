import { assert, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { batchFeeds, batchParts, epochBatches, evaluationBatches } from "../../src/prompt/batches.ts";

const example = (ids: number[], label: number) => ({
  ids,
  positions: ids.map((_, i) => i),
  promptRows: [0],
  answerRow: ids.length - 1,
  truncated: 0,
  label,
});

Deno.test("a batch is padded on the right to its longest example", () => {
  const feeds = batchFeeds([example([2, 5, 3], 1), example([2, 3], 0)], 9);
  const list = (name: string) => Array.from(feeds[name]!.data, Number);
  assertEquals(list("input_ids"), [2, 5, 3, 2, 3, 9]);
  assertEquals(list("attention_mask"), [1, 1, 1, 1, 1, 0]);
  assertEquals(list("answer_rows"), [2, 1]);
  assertEquals(list("labels"), [1, 0]);
  assertEquals(feeds.prompt_rows.dims, [2, 1]);
});

Deno.test("an epoch sees every example once, in batches of similar length", () => {
  const lengths = Array.from({ length: 1000 }, (_, i) => 5 + (i * 7919) % 50);
  const batches = epochBatches(lengths, 32, new RandomStream(0, "order/0"));
  assertEquals(batches.flat().toSorted((a, b) => a - b), lengths.map((_, i) => i));
  assertEquals(batches.length, 32);
  const spread = batches.map((batch) =>
    Math.max(...batch.map((i) => lengths[i]!)) - Math.min(...batch.map((i) => lengths[i]!))
  );
  assert(spread.reduce((a, b) => a + b, 0) / spread.length < 8);
  assertEquals(
    batches.flat().join() === epochBatches(lengths, 32, new RandomStream(0, "order/1")).flat().join(),
    false,
  );
});

Deno.test("evaluation sees every example once, whatever the seed", () => {
  assertEquals(evaluationBatches([5, 3, 4, 1], 3), [[3, 1, 2], [0]]);
});

Deno.test("where padding would be read, texts of one length go together, every one once", () => {
  assertEquals(evaluationBatches([5, 3, 4, 3, 3, 5], 2, false), [[1, 3], [4], [2], [0, 5]]);
  const batch = [example([2, 3], 0), example([2, 5, 3], 1), example([4, 3], 2), example([4, 4, 3], 3)];
  const labels = (parts: { label: number }[][]) => parts.map((part) => part.map(({ label }) => label));
  assertEquals(labels(batchParts(batch, 4, undefined)), [[0, 2], [1, 3]]);
  assertEquals(labels(batchParts(batch, 2, undefined)), [[0], [1], [2], [3]]);
  assertEquals(labels(batchParts(batch, 3, 9)), [[0, 1, 2], [3]]);
  assertEquals(Array.from(batchFeeds([batch[0]!, batch[2]!], undefined).input_ids.data, Number), [
    2,
    3,
    4,
    3,
  ]);
  assertThrows(() => batchFeeds(batch, undefined), RangeError, "several lengths");
});
