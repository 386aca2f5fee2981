import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../src/base/random_stream.ts";
import { scoreText, type TextScore } from "../../src/text_metrics/score_text.ts";

/** Pairs of ASCII texts and their scores by SQuAD's script and Google's rouge_score. */
const PAIRS: readonly ({ prediction: string; answer: string } & TextScore)[] = JSON.parse(
  await Deno.readTextFile(new URL("../fixtures/text_metrics/scores.json", import.meta.url)),
);

Deno.test("of ASCII texts the scores are those of SQuAD's script and of Google's rouge_score", () => {
  for (const { prediction, answer, exact_match, token_f1, rouge_l } of PAIRS) {
    const found = scoreText(prediction, [answer]);
    const name = JSON.stringify([prediction, answer]);
    assertEquals(found.exact_match, exact_match, name);
    assertAlmostEquals(found.token_f1, token_f1, 1e-12, name);
    assertAlmostEquals(found.rouge_l, rouge_l, 1e-12, name);
  }
});

/** The length of a longest common subsequence: of all subsequences of one list, the longest that the other has. */
function longest(a: readonly string[], b: readonly string[]): number {
  let most = 0;
  for (let chosen = 0; chosen < 2 ** a.length; chosen++) {
    const some = a.filter((_, i) => chosen >> i & 1);
    let found = 0;
    for (const word of b) if (word === some[found]) found++;
    if (found === some.length) most = Math.max(most, found);
  }
  return most;
}

Deno.test("ROUGE-L is the F1 of the longest common subsequence, by brute force", () => {
  const stream = new RandomStream(0, "test");
  for (let i = 0; i < 200; i++) {
    const draw = () => Array.from({ length: 1 + stream.integer(9) }, () => "xyzw"[stream.integer(4)]!);
    const [a, b] = [draw(), draw()];
    const common = longest(a, b);
    const { rouge_l } = scoreText(a.join(" "), [b.join(" ")]);
    assertAlmostEquals(rouge_l, 2 * common / (a.length + b.length), 1e-12, `${a} ${b}`);
  }
});

Deno.test("each metric is that of the best of several answers", () => {
  const found = scoreText("red big house", ["house big red", "red big garden", "none"]);
  assertEquals(found, { exact_match: 0, token_f1: 1, rouge_l: 2 / 3 });
  assertEquals(scoreText("Yes.", ["no", "yes"]).exact_match, 1);
  assertThrows(() => scoreText("x", []), RangeError, "no correct answer");
});

/** Each metric of two texts, and that of the other way round, which is the same. */
function scores(a: string, b: string): number[] {
  const found = Object.values(scoreText(a, [b]));
  assertEquals(Object.values(scoreText(b, [a])), found);
  return found;
}

Deno.test("texts in scripts without blanks are compared by characters, the rest of them by words", () => {
  // CMRC 2018: 2 of 4 characters, 2 of 3.
  assertEquals(scores("北京大学", "北京市"), [0, 4 / 7, 4 / 7]);
  assertEquals(scores("北京，上海。", "北京 上海"), [1, 1, 1]);
  // 2008, 年, iPhone, 发 against 2008, 年, 发.
  assertEquals(scores("2008年 iPhone发", "2008年发"), [0, 6 / 7, 6 / 7]);
  assertEquals(scores("2008年", "2009年"), [0, 0.5, 0.5]);
  assertEquals(scores("コーヒー", "コーラ"), [0, 4 / 7, 4 / 7]);
  // กิ is one character with its mark: กิ น against กิ น ข ้ → ข้.
  assertEquals(scores("กิน", "กินข้"), [0, 0.8, 0.8]);
  assertEquals(scores("ບໍ່", "ບໍ່"), [1, 1, 1]);
  // The marks between Tibetan syllables are punctuation.
  assertEquals(scores("བོད་ཡིག", "བོད"), [0, 2 / 3, 2 / 3]);
});

Deno.test("words of scripts with blanks are not split: Korean, Arabic, Hindi, accented Latin", () => {
  for (
    const [a, b] of [["서울 시", "서울 역"], ["مدينة القدس", "مدينة بغداد"], ["नई दिल्ली", "नई सड़क"], [
      "café crème",
      "café noir",
    ]]
  ) {
    assertEquals(scores(a!, b!), [0, 0.5, 0.5], a);
  }
  assertEquals(scores("वे", "व"), [0, 0, 0]);
});

Deno.test("what is not seen makes no difference: forms of accents, widths, quotation marks, directions", () => {
  for (
    const [a, b] of [
      ["cafe\u0301", "café"],
      ["ＡＢＣ１２３", "abc123"],
      ["ｶﾞ", "ガ"],
      ["“yes”", "yes"],
      ["القدس؟", "القدس"],
      ["\u200fالقدس\u200e", "القدس"],
    ]
  ) assertEquals(scores(a!, b!), [1, 1, 1], a);
});

Deno.test("articles are left out as words only", () => {
  assertEquals(scores("the cat", "Cat")[0], 1);
  assertEquals(scores("éa", "é")[0], 0);
  assertEquals(scores("A股", "股")[0], 0);
  assertEquals(scores("anthem", "them")[0], 0);
});

Deno.test("no text equals another that says something, whatever normalization leaves of it", () => {
  for (const text of ["A", "the", "+", "!!!", "。", "🙂", "\ud800"]) {
    assertEquals(scores(text, ""), [0, 0, 0], text);
    assertEquals(scores(text, text), [1, 1, 1], text);
    assertEquals(scores(text, "cat"), [0, 0, 0], text);
  }
  assertEquals(scores("+", "-"), [0, 0, 0]);
  assertEquals(scores("A", "the"), [0, 0, 0]);
  assertEquals(scores("🙂", "🙁"), [0, 0, 0]);
  assertEquals(scores("", " \n"), [1, 1, 1]);
});

Deno.test("of a text that is an article alone, case and punctuation do not matter either", () => {
  for (const text of ["A.", "(a)", "“A”", "a,"]) assertEquals(scores(text, "A"), [1, 1, 1], text);
  assertEquals(scores("A.", "The."), [0, 0, 0]);
  assertEquals(scores("A.", "B."), [0, 0, 0]);
});

Deno.test("long texts are scored in reasonable time and little memory", () => {
  const stream = new RandomStream(1, "test");
  const draw = (words: number) => Array.from({ length: words }, () => `w${stream.integer(3000)}`).join(" ");
  const start = performance.now();
  const { token_f1, rouge_l } = scoreText(draw(10_000), [draw(2000)]);
  assert(performance.now() - start < 10_000, `${performance.now() - start} ms`);
  assert(rouge_l > 0.02 && rouge_l < token_f1);
});
