import { assertEquals } from "@std/assert";
import type {
  BuiltInDataset,
  EnsembleExperiment,
  HardPrompt,
  HubDataset,
  Initialization,
  ModelTuning,
  SoftPrompt,
} from "../../src/experiment/types.ts";
import type { FreeTextExperiment, LikelihoodAnswers } from "../../src/experiment/text_types.ts";

// What an experiment cannot be does not compile: `deno check` is the test of this file, and each expected error must be one.

Deno.test("a prompt's kind says what it has", () => {
  // @ts-expect-error: a hard prompt has no length
  const hard: HardPrompt = { kind: "hard", template: "{text} {mask}", length: 20 };
  // @ts-expect-error: nor can one be asked for
  assertEquals(hard.length, 20);
  // @ts-expect-error: a soft one has all that is said of its vectors
  const soft: SoftPrompt = { kind: "soft", template: "{prompt} {text} {mask}", length: 20 };
  // @ts-expect-error: what is resolved does not change
  soft.length = 5;
  assertEquals(soft.length, 5);
});

Deno.test("where data come from says what is known of them", () => {
  // @ts-expect-error: data that the program knows come from no hub
  const known: Partial<BuiltInDataset> = { name: "rt-polarity", source: "acme/reviews" };
  // @ts-expect-error: a dataset on the hub is shared out by one of its splits
  const hub: Partial<HubDataset> = { split: { test: 0.1, validation: 0.1, seed: 0 } };
  // @ts-expect-error: vectors that start from a run need its folder
  const start: Initialization = { from: "run" };
  assertEquals([known.name, typeof hub.split, start.from], ["rt-polarity", "object", "run"]);
});

Deno.test("what is tuned says of which prompt", () => {
  // @ts-expect-error: a model is tuned with a hard prompt
  const whole: ModelTuning["prompt"]["kind"] = "soft";
  // @ts-expect-error: the prompts of an ensemble are soft
  const together: EnsembleExperiment["prompt"]["kind"] = "hard";
  assertEquals<string[]>([whole, together], ["soft", "hard"]);
});

Deno.test("the form of the answers says what an experiment has", () => {
  // @ts-expect-error: free texts belong to no classes
  const free: Partial<FreeTextExperiment> = { verbalizer: { a: ["b"] } };
  // @ts-expect-error: and their data have no column of labels
  const data: Partial<FreeTextExperiment["dataset"]> = { label: "label" };
  // @ts-expect-error: what the likelihood finds is not generated
  const found: Partial<LikelihoodAnswers["evaluation"]> = { generate: { maxTokens: 1, stop: [], beams: 1 } };
  // @ts-expect-error: words have the verbalizer's several tokens, texts do not
  const texts: Partial<LikelihoodAnswers> = { multiTokenWords: "mean" };
  assertEquals([free, data, found, texts].length, 4);
});
