import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { wilsonInterval } from "../../src/evaluation/metrics.ts";
import { meanOfShares, measureAnswers, measureTargets } from "../../src/evaluation/text_metrics.ts";

Deno.test("metrics of answers are means with intervals, of exact matches Wilson's", () => {
  const found = measureAnswers([
    { exact_match: 1, token_f1: 1, rouge_l: 1 },
    { exact_match: 0, token_f1: 0.5, rouge_l: 0.25 },
    { exact_match: 0, token_f1: 0, rouge_l: 0 },
    { exact_match: 0, token_f1: 0.5, rouge_l: 0.25 },
  ]);
  assertEquals(found.exact_match, { value: 0.25, interval: wilsonInterval(1, 4) });
  assertEquals([found.token_f1.value, found.rouge_l.value], [0.5, 0.375]);
  assertThrows(() => measureAnswers([]), RangeError, "no examples");
});

Deno.test("the interval of a mean of shares is Wilson's where all are 0 or 1, and stays within 0 and 1", () => {
  for (const [ones, total] of [[0, 20], [3, 10], [1, 1], [81, 263]] as const) {
    const { interval } = meanOfShares(Array.from({ length: total }, (_, i) => Number(i < ones)));
    for (const side of [0, 1] as const) {
      assertAlmostEquals(interval[side], wilsonInterval(ones, total)[side], 1e-12);
    }
  }
  const { interval: [low, high] } = meanOfShares([0.01, 0.02, 0, 0.01]);
  assert(low > 0 && high < 0.5, `${low} ${high}`);
  const { interval: alike } = meanOfShares([0.5, 0.5]);
  assert(alike[1] - alike[0] > 0.2, "two equal values are no certainty");
});

Deno.test("95% of the intervals hold the mean, whatever the values are like", () => {
  const stream = new RandomStream(0, "test");
  const draw = () => stream.uniform(0, 1);
  // F1 as of questions (many 0 and 1), ROUGE-L as of summaries, and skewed.
  const kinds: readonly (() => number)[] = [
    () => draw() < 0.3 ? 0 : Math.min(1, 2 * draw()),
    () => 0.1 + 0.3 * draw(),
    () => draw() ** 2,
  ];
  for (const [mean, share] of [[0.525, kinds[0]!], [0.25, kinds[1]!], [1 / 3, kinds[2]!]] as const) {
    for (const examples of [20, 100]) {
      let held = 0;
      for (let i = 0; i < 1000; i++) {
        const { interval: [low, high] } = meanOfShares(Array.from({ length: examples }, share));
        if (low <= mean && mean <= high) held++;
      }
      assert(held > 925, `${held} of 1000 with ${examples} examples, mean ${mean}`);
    }
  }
});

Deno.test("perplexity is that of all tokens, and its interval that of a ratio of means", () => {
  const { loss, perplexity } = measureTargets([{ nll: 4, tokens: 2 }, { nll: 1, tokens: 3 }, {
    nll: 3,
    tokens: 3,
  }]);
  assertEquals(loss, 1);
  assertAlmostEquals(perplexity.value!, Math.E);
  // Residuals 2, -2, 0; t(0.975, 2) = 4.302652729749.
  const reach = 4.302652729749 * Math.sqrt(8 * 3 / 2) / 8;
  assertAlmostEquals(perplexity.interval![0], 1);
  assertAlmostEquals(perplexity.interval![1], Math.exp(1 + reach), 1e-9);
  assertEquals(measureTargets([{ nll: 2, tokens: 2 }]).perplexity, { value: Math.E, interval: null });
  assertEquals(measureTargets([{ nll: 2000, tokens: 2 }, { nll: 2000, tokens: 2 }]).perplexity, {
    value: null,
    interval: null,
  });
  assertThrows(() => measureTargets([]), RangeError, "no examples");
});

Deno.test("95% of the intervals of perplexity hold it", () => {
  const stream = new RandomStream(1, "test");
  let held = 0;
  for (let i = 0; i < 1000; i++) {
    const likelihoods = Array.from({ length: 60 }, () => {
      const tokens = 1 + stream.integer(8);
      // A text is hard or easy as a whole: the mean per token is 1.5.
      return { nll: tokens * stream.uniform(0, 3), tokens };
    });
    const [low, high] = measureTargets(likelihoods).perplexity.interval!;
    if (low <= Math.exp(1.5) && Math.exp(1.5) <= high) held++;
  }
  assert(held > 925, `${held} of 1000`);
});
