import { assert, assertEquals } from "@std/assert";
import { batchFeeds, type LabelledEncoding } from "../../src/prompt/batches.ts";
import { PackedEncodings } from "../../src/prompt/packed_encodings.ts";

function example(length: number, label: number): LabelledEncoding {
  const ids = Array.from({ length }, (_, i) => 250_000 - i);
  return {
    ids,
    positions: ids.map((_, i) => i),
    promptRows: [0, 2],
    answerRow: length - 1,
    truncated: label,
    label,
  };
}

Deno.test("packed examples are what they were, also those that are longer than a piece", () => {
  const held = new PackedEncodings();
  const examples = [5, 300_000, 1, 262_000, 400].map(example);
  const packed = examples.map((one) => held.pack(one));
  for (const [i, { ids, positions, promptRows, answerRow, truncated, label }] of packed.entries()) {
    const found = { ids, positions, promptRows, answerRow, truncated, label };
    assert(JSON.stringify(found) === JSON.stringify(examples[i]), `example ${i}`);
  }
  const short = [0, 2, 4];
  assertEquals(batchFeeds(short.map((i) => packed[i]!), 7), batchFeeds(short.map((i) => examples[i]!), 7));
});
