import { assertEquals } from "@std/assert";
import { answerRows } from "../../src/prompt/answer_rows.ts";
import type { DecoderEncoded, RowsEncoded } from "../../src/prompt/target_encoding.ts";

function read(ids: readonly number[], targetIds: readonly number[]): RowsEncoded {
  const targetRows = targetIds.map((_, i) => i);
  const positions = ids.map((_, i) => i);
  return {
    kind: "rows",
    ids,
    positions,
    promptRows: [],
    truncated: 0,
    targetTruncated: 0,
    targetIds,
    targetRows,
  };
}

Deno.test("answers for which a model reads the same tokens share a row, others have their own", () => {
  const rows = answerRows([read([1, 9, 9], [4]), read([1, 2, 3], [6]), read([1, 9, 9], [4, 5])]);
  assertEquals(rows.map(({ target, spans }) => [target.ids, target.targetIds, spans]), [
    [[1, 9, 9], [4, 4, 5], [{ answer: 0, from: 0, to: 1 }, { answer: 2, from: 1, to: 3 }]],
    [[1, 2, 3], [6], [{ answer: 1, from: 0, to: 1 }]],
  ]);
  const [first] = rows;
  assertEquals(first?.target.kind === "rows" && first.target.targetRows, [0, 0, 1]);
});

Deno.test("a row has at most 32 tokens of answers, unless it has one answer alone", () => {
  const long = Array.from({ length: 20 }, (_, i) => i);
  const rows = answerRows([read([1], [...long, ...long]), read([1], long), read([1], [7]), read([1], long)]);
  assertEquals(rows.map(({ spans }) => spans.map(({ answer }) => answer)), [[0], [1, 2], [3]]);
});

Deno.test("an encoder-decoder reads each answer with its decoder, so that each has a row", () => {
  const { kind: _, targetRows: __, ...common } = read([1, 2], [3]);
  const encoded: DecoderEncoded = { ...common, kind: "decoder", decoderIds: [0] };
  assertEquals(answerRows([encoded, encoded]).length, 2);
});
