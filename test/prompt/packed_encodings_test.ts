import { assert, assertEquals } from "@std/assert";
import { batchFeeds, type LabelledEncoding } from "../../src/prompt/batches.ts";
import { PackedEncodings } from "../../src/prompt/packed_encodings.ts";
import type { TargetEncoded } from "../../src/prompt/target_encoding.ts";

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

Deno.test("packed texts with answers are what they were, of both kinds", () => {
  const held = new PackedEncodings();
  const common = {
    ids: [5, 6, 7],
    positions: [0, 1, 2],
    promptRows: [0],
    truncated: 2,
    targetTruncated: 1,
    targetIds: [8, 9],
  };
  const examples: TargetEncoded[] = [
    { kind: "rows", ...common, targetRows: [1, 2] },
    { kind: "decoder", ...common, decoderIds: [0, 8] },
  ];
  for (const example of examples) {
    const packed = held.packTarget(example);
    const { kind, ids, positions, promptRows, truncated, targetTruncated, targetIds } = packed;
    const read = packed.kind === "rows"
      ? { targetRows: packed.targetRows }
      : { decoderIds: packed.decoderIds };
    assertEquals<unknown>({
      kind,
      ids,
      positions,
      promptRows,
      truncated,
      targetTruncated,
      targetIds,
      ...read,
    }, example);
  }
});
