import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { compile } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, type Session, type Tensor } from "../../src/device/device.ts";
import { InputError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { EmbeddingSpace } from "../../src/prompt/embedding_space.ts";
import { interpretPrompt } from "../../src/prompt/interpretation.ts";
import { readVerbalizer } from "../../src/prompt/verbalizer.ts";
import { MINI } from "../shared.ts";
import { tokenizer } from "./mini_tokenizer.ts";

const path: string = join(MINI, "onnx", "model.onnx");
const verbalizer = readVerbalizer({ negative: ["bad"], positive: ["good", "great"] }, tokenizer, "error");

for (const insertion of ["embedding-output", "word-embeddings"] as const) {
  Deno.test(`at ${insertion}, what a vector means is the token whose own vector it is`, async () => {
    const bytes = await Deno.readFile(path);
    const cpu = await openCpu();
    const { embed, dimension } = compile(bytes, path, insertion, "adamw");
    const session = await cpu.open({ bytes: embed.bytes, weights: new Map([["model.onnx", bytes]]) });
    const space = new EmbeddingSpace(session, dimension, 0, tokenizer.size);
    const [good, bad] = ["good", "bad"].map((word) => tokenizer.encode(word)[0]!);
    const start = await space.vectors([good!, bad!, bad!]);
    const numbers = start.data as Float32Array;
    // The first vector stays, the second is stretched, the third becomes the first.
    const end = numbers.map((x, i) =>
      i < dimension ? x : i < 2 * dimension ? 3 * x : numbers[i - 2 * dimension]!
    );
    const { vectors, duplicates, label_words } = await interpretPrompt(
      float32Tensor(end, start.dims),
      { prompt: start, origins: ["good", "bad", undefined], warnings: [] },
      space,
      tokenizer,
      verbalizer,
    );
    assertEquals(vectors.map(({ nearest }) => nearest[0]!.token), ["good", "bad", "good"]);
    assertEquals(vectors.map(({ nearest }) => nearest.length), [5, 5, 5]);
    assertEquals(vectors.map(({ initial_token }) => initial_token), ["good", "bad", undefined]);
    for (const { nearest } of vectors) assertAlmostEquals(nearest[0]!.cosine, 1, 1e-5);
    assertEquals(vectors[0]!.movement.distance, 0);
    const size = Math.hypot(...numbers.slice(dimension, 2 * dimension));
    assertAlmostEquals(vectors[1]!.movement.distance / (2 * size), 1, 1e-5);
    assertAlmostEquals(vectors[1]!.movement.cosine, 1, 1e-5);
    assertEquals(duplicates, [{ token: "good", vectors: [0, 2] }]);
    assertEquals(label_words.map((word) => [word.class, word.token]), [
      ["negative", "bad"],
      ["positive", "good"],
      ["positive", "great"],
    ]);
    assertEquals(label_words[0]!.vectors.includes(1), true);
    assertEquals([0, 2].every((vector) => label_words[1]!.vectors.includes(vector)), true);
    await session.release();
  });
}

Deno.test("the nearest of all tokens are found in one pass, equally near ones in the vocabulary's order", async () => {
  const dimension = 6;
  const length = 9;
  const stream = new RandomStream(0, "meaning");
  const draw = (count: number) => Float32Array.from({ length: count }, () => stream.uniform(-1, 1));
  const rows = 3000;
  const table = draw(rows * dimension);
  // Some tokens have the same vector.
  for (let id = 1000; id < 1500; id++) table.copyWithin(id * dimension, 0, dimension);
  const session: Session = {
    inputNames: ["input_ids"],
    run: ({ input_ids }) => {
      const ids = Array.from((input_ids as Tensor).data, Number);
      const numbers = ids.flatMap((id) => Array.from(table.subarray(id * dimension, (id + 1) * dimension)));
      return Promise.resolve({
        embeddings: float32Tensor(Float32Array.from(numbers), [ids.length, 1, dimension]),
      });
    },
    release: () => Promise.resolve(),
  };
  const space = new EmbeddingSpace(session, dimension, 0, rows);
  const prompt = float32Tensor(
    Float32Array.of(...table.subarray(0, dimension), ...draw((length - 1) * dimension)),
    [length, dimension],
  );
  const start = { prompt, origins: [], warnings: [] };
  const { vectors } = await interpretPrompt(prompt, start, space, tokenizer, verbalizer);
  const at = (from: Float32Array, row: number) => from.subarray(row * dimension, (row + 1) * dimension);
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, x, i) => sum + x * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);
  const ids = Array.from({ length: rows }, (_, id) => id).filter((id) => !tokenizer.isSpecial(id));
  for (const [v, { nearest }] of vectors.entries()) {
    const near = (id: number) => Number(cosine(at(prompt.data as Float32Array, v), at(table, id)).toFixed(6));
    const expected = ids.toSorted((a, b) => near(b) - near(a) || a - b).slice(0, 5);
    assertEquals(nearest.map(({ token }) => token), expected.map((id) => tokenizer.tokenOf(id)));
    for (const [i, one] of nearest.entries()) assertAlmostEquals(one.cosine, near(expected[i]!), 1e-5);
  }
  await assertRejects(() => space.vectors([rows - 1, rows]), InputError, `token ${rows} has no vector`);
});
