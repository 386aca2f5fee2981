import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { compile } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, type Tensor } from "../../src/device/device.ts";
import { InputError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import type { Initialization, Insertion } from "../../src/experiment/types.ts";
import { EmbeddingSpace } from "../../src/prompt/embedding_space.ts";
import { type InitialPrompt, initialPrompt, mostFrequentTokens } from "../../src/prompt/initialization.ts";
import { MINI } from "../shared.ts";
import { tokenizer } from "./mini_tokenizer.ts";
import answers from "../fixtures/peft/answers.json" with { type: "json" };

const path: string = join(MINI, "onnx", "model.onnx");
const bytes = await Deno.readFile(path);
const cpu = await openCpu();

async function spaceOf(insertion: Insertion): Promise<EmbeddingSpace> {
  const { embed, dimension } = compile(bytes, path, insertion, "adamw");
  return new EmbeddingSpace(
    await cpu.open({ bytes: embed.bytes, weights: new Map([["model.onnx", bytes]]) }),
    dimension,
    0,
    tokenizer.size,
  );
}
const space = await spaceOf("embedding-output");
const TEXTS = ["good good good bad", "good bad film"];

const LABEL_WORDS = ["bad", "abysmally", "good"];

function make(
  how: Initialization,
  length: number,
  seed = 0,
  given?: Tensor,
): Promise<InitialPrompt> {
  const stream = new RandomStream(seed, "initialization");
  return initialPrompt(how, length, {
    space,
    tokenizer,
    trainingTexts: TEXTS,
    labelWords: LABEL_WORDS,
    given,
    stream,
  });
}

/** The token that the vocabulary writes so; pieces of words do not stand for themselves in a text. */
function idOf(written: string | undefined): number {
  return Array.from({ length: tokenizer.size }, (_, id) => id).find((id) =>
    tokenizer.tokenOf(id) === written
  )!;
}

/** A vector of a prompt. */
function vector({ data, dims }: Tensor, index: number): number[] {
  return Array.from(data.slice(index * dims[1]!, (index + 1) * dims[1]!), Number);
}

Deno.test("random vectors are uniform in ±range, the same for the same seed", async () => {
  const how = { from: "random", range: 0.5 } as const;
  const { prompt, origins } = await make(how, 20);
  const numbers = Array.from(prompt.data, Number);
  assertEquals([prompt.dims, new Set(origins)], [[20, 256], new Set([undefined])]);
  assert(
    numbers.every((x) => Math.abs(x) <= 0.5) && Math.max(...numbers) > 0.49 && Math.min(...numbers) < -0.49,
  );
  assertEquals((await make(how, 20)).prompt.data, prompt.data);
  assert((await make(how, 20, 1)).prompt.data[0] !== prompt.data[0]);
});

Deno.test("the most frequent tokens are those of the training texts, then the vocabulary's order, specials never", () => {
  const tokens = mostFrequentTokens(tokenizer, TEXTS, 5, tokenizer.size).map((id) => tokenizer.tokenOf(id));
  assertEquals(tokens.slice(0, 3), ["good", "bad", "film"]);
  assertEquals(tokens.length, 5);
  assert(mostFrequentTokens(tokenizer, TEXTS, 8192, tokenizer.size).every((id) => !tokenizer.isSpecial(id)));
});

Deno.test("vocabulary vectors are those of distinct tokens among the most frequent, embedded alone", async () => {
  const how = { from: "vocabulary", top: 30 } as const;
  const { prompt, origins, warnings } = await make(how, 20);
  assertEquals([new Set(origins).size, warnings], [20, []]);
  const allowed = mostFrequentTokens(tokenizer, TEXTS, 30, tokenizer.size).map((id) => tokenizer.tokenOf(id));
  assert(origins.every((token) => allowed.includes(token!)));
  assertEquals(vector(prompt, 7), vector(await space.vectors([idOf(origins[7])]), 0));
  await assertRejects(() => make(how, 31), InputError, "more than the 30 tokens");
});

Deno.test("label words are a vector each, the mean of their tokens, and the vocabulary fills the rest", async () => {
  const { prompt, origins, warnings } = await make({ from: "labels" }, 5);
  assertEquals(origins.slice(0, 3), LABEL_WORDS);
  assertEquals(warnings, [
    "the verbalizer has 3 words, but the prompt has 5 vectors: the last 2 are sampled from the vocabulary",
  ]);
  const pieces = tokenizer.encode("abysmally");
  const embedded = await space.vectors(pieces);
  assert(pieces.length > 1);
  for (const [d, x] of vector(prompt, 1).entries()) {
    const mean = pieces.reduce((sum, _, i) => sum + vector(embedded, i)[d]! / pieces.length, 0);
    assertAlmostEquals(x, mean, 1e-6);
  }
  const filled = await space.vectors([idOf(origins[4])]);
  assertEquals(vector(prompt, 4), vector(filled, 0));
  assert(!LABEL_WORDS.includes(origins[3]!) && !LABEL_WORDS.includes(origins[4]!));
});

Deno.test("a text's tokens are a vector each, in their order; too many are cut", async () => {
  const how = { from: "text", text: "a good bad film" } as const;
  const whole = await make(how, 4);
  assertEquals([whole.origins, whole.warnings], [["a", "good", "bad", "film"], []]);
  assertEquals(vector(whole.prompt, 2), vector(await space.vectors(tokenizer.encode("bad")), 0));
  const cut = await make(how, 3);
  assertEquals([cut.prompt.dims, cut.origins], [[3, 256], ["a", "good", "bad"]]);
  assertEquals(cut.warnings, ["the text has 4 tokens, but the prompt has 3 vectors: the last 1 are dropped"]);
});

Deno.test("as in PEFT, a text's tokens include the special ones, repeated or truncated", async () => {
  for (const { text, length, ids } of answers.starts) {
    const { prompt, origins, warnings } = await make({ from: "text", text, as: "peft" }, length);
    assertEquals([origins, warnings], [ids.map((id) => tokenizer.tokenOf(id)), []]);
    assertEquals(prompt.data, (await space.vectors(ids)).data);
  }
});

Deno.test("another run's vectors are taken as they are, cut, or filled up", async () => {
  const how = { from: "run", path: "results/x" } as const;
  const given = await space.vectors([307, 387]);
  assertEquals((await make(how, 2, 0, given)).prompt.data, given.data);
  assertEquals(vector((await make(how, 1, 0, given)).prompt, 0), vector(given, 0));
  const filled = await make(how, 4, 0, given);
  assertEquals([vector(filled.prompt, 1), filled.origins.slice(0, 2)], [vector(given, 1), [
    undefined,
    undefined,
  ]]);
  assertEquals(
    vector(filled.prompt, 3),
    vector(await space.vectors([idOf(filled.origins[3])]), 0),
  );
  assertStringIncludes(
    filled.warnings[0]!,
    "the prompt in results/x has 2 vectors, but the prompt has 4 vectors",
  );
  const small = float32Tensor(new Float32Array(8), [1, 8]);
  await assertRejects(() => make(how, 1, 0, small), InputError, "it is for another model");
});

Deno.test("at the embedding layer's output a token's vector has gone through its LayerNorm, at the word embeddings not", async () => {
  const words = await spaceOf("word-embeddings");
  const norm = ({ data }: { data: ArrayLike<number | bigint> }) =>
    Math.sqrt(Array.from(data, Number).reduce((sum, x) => sum + x * x, 0));
  const after = norm(await space.vectors([307]));
  const before = norm(await words.vectors([307]));
  assert(after > 2 * before, `${after} against ${before}`);
});
