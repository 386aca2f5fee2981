import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { compile } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { InputError } from "../../src/experiment/errors.ts";
import { RandomStream } from "../../src/experiment/random_stream.ts";
import type { Insertion } from "../../src/experiment/types.ts";
import { EmbeddingSpace } from "../../src/prompt/embedding_space.ts";
import { initialPrompt, mostFrequentTokens } from "../../src/prompt/initialization.ts";
import { neighbours } from "../../src/prompt/neighbours.ts";
import { MINI } from "../shared.ts";
import { tokenizer } from "./mini_tokenizer.ts";

const path: string = join(MINI, "onnx", "model.onnx");
const bytes = await Deno.readFile(path);
const cpu = await openCpu();

async function spaceOf(insertion: Insertion): Promise<EmbeddingSpace> {
  const { embed, dimension } = compile(bytes, path, insertion, "adamw");
  return new EmbeddingSpace(
    await cpu.open({ bytes: embed.bytes, weights: new Map([["model.onnx", bytes]]) }),
    dimension,
    0,
  );
}
const space = await spaceOf("embedding-output");
const TEXTS = ["good good good bad", "good bad film"];

Deno.test("random vectors are uniform in ±range, the same for the same seed", async () => {
  const make = (seed: number) =>
    initialPrompt(
      { from: "random", range: 0.5 },
      20,
      space,
      tokenizer,
      TEXTS,
      new RandomStream(seed, "initialization"),
    );
  const { prompt, tokens } = await make(0), numbers = Array.from(prompt.data, Number);
  assertEquals([prompt.dims, tokens], [[20, 256], undefined]);
  assert(
    numbers.every((x) => Math.abs(x) <= 0.5) && Math.max(...numbers) > 0.49 && Math.min(...numbers) < -0.49,
  );
  assertEquals((await make(0)).prompt.data, prompt.data);
  assert((await make(1)).prompt.data[0] !== prompt.data[0]);
});

Deno.test("the most frequent tokens are those of the training texts, then the vocabulary's order, specials never", () => {
  const tokens = mostFrequentTokens(tokenizer, TEXTS, 5).map((id) => tokenizer.tokenOf(id));
  assertEquals(tokens.slice(0, 3), ["good", "bad", "film"]);
  assertEquals(tokens.length, 5);
  assert(mostFrequentTokens(tokenizer, TEXTS, 8192).every((id) => !tokenizer.isSpecial(id)));
});

Deno.test("vocabulary vectors are those of distinct tokens among the most frequent, embedded alone", async () => {
  const how = { from: "vocabulary", top: 30 } as const;
  const { prompt, tokens } = await initialPrompt(
    how,
    20,
    space,
    tokenizer,
    TEXTS,
    new RandomStream(0, "initialization"),
  );
  assertEquals(new Set(tokens).size, 20);
  const allowed = mostFrequentTokens(tokenizer, TEXTS, 30);
  assert(tokens!.every((token) => allowed.includes(token)));
  const alone = await space.vectors([tokens![7]!]);
  assertEquals((prompt.data as Float32Array).slice(7 * 256, 8 * 256), alone.data as Float32Array);
  await assertRejects(
    () => initialPrompt(how, 31, space, tokenizer, TEXTS, new RandomStream(0, "x")),
    InputError,
    "more than the 30 tokens",
  );
});

Deno.test("at the embedding layer's output a token's vector has gone through its LayerNorm, at the word embeddings not", async () => {
  const words = await spaceOf("word-embeddings");
  const norm = ({ data }: { data: ArrayLike<number | bigint> }) =>
    Math.sqrt(Array.from(data, Number).reduce((sum, x) => sum + x * x, 0));
  const behind = norm(await space.vectors([307])), before = norm(await words.vectors([307]));
  assert(behind > 2 * before, `${behind} against ${before}`);
});

Deno.test("the nearest neighbour of a token's own vector is that token", async () => {
  const prompt = await space.vectors([307, 387]);
  const around = await neighbours(prompt, space, tokenizer, [307, 387]);
  assertEquals(around.map(({ nearest }) => nearest[0]!.token), ["good", "bad"]);
  assertEquals(around.map(({ initial_token }) => initial_token), ["good", "bad"]);
  assert(around.every(({ nearest }) => Math.abs(nearest[0]!.cosine - 1) < 1e-5));
});
