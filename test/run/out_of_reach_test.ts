import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { isWordExperiment } from "../../src/experiment/words_only.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { countOutOfReach, outOfReach, outOfReachWarning } from "../../src/run/out_of_reach.ts";
import { textTargets } from "../../src/run/text_targets.ts";

const tokenizer = await readTokenizer("test/fixtures/tokenizers/byte-level-bpe");

Deno.test("answers with a token in their middle that ends texts are counted", () => {
  const experiment = parseExperiment(
    JSON.stringify({
      name: "x",
      model: { source: "m" },
      dataset: { file: "a.jsonl" },
      prompt: { kind: "hard", template: "{text} it was" },
      answer: { kind: "text", target: "{answer}" },
      evaluation: { generate: { maxTokens: 9, stop: ["#"] } },
    }),
    "x.yaml",
  );
  if (isWordExperiment(experiment)) throw new Error("its answers are words");
  const [end, other] = ["<|endoftext|>", ";"].map((text) => tokenizer.encode(text)[0]!) as [number, number];
  const reader = {
    folder: "",
    tokenizer,
    card: { kind: "causal" as const, positions: 64, firstPosition: 0 },
    tokens: { start: undefined, end, ends: [end, other] },
    chat: undefined,
  };
  const targets = textTargets(experiment, reader, [], "together");
  const answers: readonly (readonly [string, ...string[]])[] = [
    ["a film"],
    ["a film<|endoftext|>of war"],
    ["fun; and war"],
    ["fun #1"],
    ["a film<|endoftext|>of war", "a film"],
    // What is lost is no word, so that it is an exact match.
    ["a film<|endoftext|>"],
  ];
  const asked = answers.map((targets, i) => ({ id: String(i), text: "it", columns: {}, targets }));
  const found = outOfReach({ experiment, reader, targets, rules: undefined }, asked);
  assertEquals(found, { ended: 2, stopped: 1, tooLong: 0 });
  assertEquals(countOutOfReach(found), 3);
  assertStringIncludes(outOfReachWarning(found, 6)!, "2 because of a token in it that ends texts");
});
