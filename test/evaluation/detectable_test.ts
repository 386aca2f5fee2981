import { assert, assertAlmostEquals } from "@std/assert";
import { detectableDifference } from "../../src/evaluation/detectable.ts";
import { mcnemar } from "../../src/evaluation/mcnemar.ts";
import { RandomStream } from "../../src/base/random_stream.ts";

Deno.test("the detectable difference is that of the normal approximation (Lehr's rule: 16 = 2 · 2.8²)", () => {
  assertAlmostEquals(detectableDifference(1, 0.05), 1.959964 + 0.841621, 1e-5);
});

Deno.test("a difference of that size is found about four times in five", () => {
  const examples = 600;
  const flipped = 0.2;
  const stream = new RandomStream(0, "test");
  const delta = detectableDifference(Math.sqrt(flipped / examples), 0.05);
  const won = (flipped + delta) / 2;
  let found = 0;
  for (let trial = 0; trial < 400; trial++) {
    const draws = Array.from({ length: examples }, () => stream.uniform(0, 1));
    const isLost = (x: number) => x >= won && x < flipped;
    found += Number(mcnemar(draws.map(isLost), draws.map((x) => x < won)).p < 0.05);
  }
  assert(found / 400 > 0.7 && found / 400 < 0.88, `${found} of 400`);
});
