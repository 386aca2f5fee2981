import { assertEquals } from "@std/assert";
import { answerBatches, fillerOf, readsPadding } from "../../src/prompt/padding.ts";
import { tokenizer } from "./mini_tokenizer.ts";

Deno.test("padding is read by a model that looks at both sides and takes no mask", () => {
  assertEquals(readsPadding({ kind: "masked" }, ["input_ids", "position_ids"]), true);
  assertEquals(readsPadding({ kind: "masked" }, ["input_ids", "attention_mask"]), false);
  assertEquals(readsPadding({ kind: "causal" }, ["input_ids"]), false);
});

Deno.test("where padding is read, nothing fills a batch up", () => {
  const model = { card: { kind: "masked" } as const, tokenizer };
  assertEquals(fillerOf(model, { inputNames: ["input_ids"] }), undefined);
  assertEquals(fillerOf(model, { inputNames: ["input_ids", "attention_mask"] }), tokenizer.padId);
});

Deno.test("where the quantization of activations depends on the whole batch, each text is classified alone", () => {
  const session = { inputNames: ["input_ids", "attention_mask"] };
  const card = { kind: "causal" } as const;
  const sizes = [true, false].map((quantizesActivations) =>
    answerBatches({ card, tokenizer, facts: { quantizesActivations } }, session, { batchSize: 64 }, {})
  );
  assertEquals(sizes, [{ padId: tokenizer.padId, batchSize: 1 }, {
    padId: tokenizer.padId,
    batchSize: 64,
  }]);
});
