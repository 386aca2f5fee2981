// deno-lint-ignore-file no-console
/**
 * What generating costs on the native CPU with two threads: a GPT-2 with random weights and a cache continues texts of 64 tokens after a
 * prompt of 20 vectors. The time of token 200 beside that of token 20, and the time of 32 tokens, each beside plain ONNX Runtime's, which runs
 * the model's own file with its cache and no prompt. Times are the processor's, of both threads.
 *
 *   deno task bench:generate
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { RandomStream } from "../src/base/random_stream.ts";
import { openCpu } from "../src/device/cpu.ts";
import { float32Tensor } from "../src/device/device.ts";
import { mostProbable } from "../src/generation/probable_tokens.ts";
import { TextGenerator } from "../src/generator/text_generator.ts";
import { logDownloads } from "../src/hub/log_downloads.ts";
import { openModel } from "../src/model/open_model.ts";
import type { Encoded } from "../src/prompt/encoding.ts";
import { tableLines } from "../src/terminal/table.ts";
import { type CachedShape, writeCachedModel } from "./cached_model.ts";
import { median } from "./median.ts";
import { processorTime } from "./processor_time.ts";

const THREADS = 2;
const SHAPE: CachedShape = { words: 50257, width: 768, heads: 12, layers: 12, positions: 1024 };
const [TEXT, LENGTH, TOKENS, LONG] = [64, 20, 32, 200];
const BATCHES = [1, 8];
const ROUNDS = 3;
/** The tokens around the 20th, and the last ones, whose median counts. */
const AROUND = 5;

const folder = await Deno.makeTempDir();
const path = `${folder}/model.onnx`;
await writeCachedModel(path, SHAPE);
await Deno.copyFile("data/models/reviews-mlm-mini/tokenizer.json", `${folder}/tokenizer.json`);
await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify({ architectures: ["GPT2LMHeadModel"] }));

const model = await openModel({ source: folder, file: "model.onnx" }, "./", logDownloads(console.error), {
  generates: true,
});
const stream = new RandomStream(0, "texts");
const prompt = float32Tensor(
  Float32Array.from({ length: LENGTH * SHAPE.width }, () => stream.uniform(-1, 1)),
  [LENGTH, SHAPE.width],
);
const options = { stop: [], beams: 1, batchSize: Math.max(...BATCHES) };
const rows: string[][] = [];
const plain = await InferenceSession.create(path, { intraOpNumThreads: THREADS });
{
  await using generator = await TextGenerator.open(model, await openCpu(THREADS), {
    insertion: "word-embeddings",
    tokens: { start: undefined, ends: [] },
    log: console.error,
  });
  for (const batch of BATCHES) {
    const texts = Array.from(
      { length: batch },
      () => textOf(Array.from({ length: TEXT }, () => stream.integer(8000))),
    );
    const [ours, own] = [[], []] as [number[], number[]];
    // The first texts of a generator are also those that its cache is checked on.
    await generator.generate(texts, prompt, { ...options, maxTokens: 3 });
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await timed(() => generator.generate(texts, prompt, { ...options, maxTokens: TOKENS })));
      own.push(await timed(() => plainTokens(plain, texts.map(({ ids }) => ids.slice(LENGTH)), TOKENS)));
    }
    const times: number[] = [];
    let last = processorTime();
    await generator.generate(texts, prompt, {
      ...options,
      maxTokens: LONG,
      onPiece: ({ row }) => {
        if (row !== batch - 1) return;
        times.push(processorTime() - last);
        last = processorTime();
      },
    });
    const plainTimes = await plainTokens(plain, texts.map(({ ids }) => ids.slice(LENGTH)), LONG);
    rows.push([
      String(batch),
      ...growth(times),
      ...growth(plainTimes),
      `${median(ours).toFixed(0)} ms`,
      `${median(own).toFixed(0)} ms`,
      (median(ours) / median(own)).toFixed(2),
    ]);
  }
}
await Deno.remove(folder, { recursive: true });
const header = [
  "texts",
  ...["token 20", `token ${LONG}`, "ratio"],
  ...["plain ONNX Runtime: token 20", `token ${LONG}`, "ratio"],
  ...[`${TOKENS} tokens`, "plain ONNX Runtime", "ratio"],
];
for (const line of tableLines(header, rows)) console.log(line);

/** The times of a token near the start and near the end, and their ratio. @param times of each token */
function growth(times: readonly number[]): string[] {
  const at = (token: number) => median(times.slice(token - AROUND, token + AROUND));
  const [early, late] = [at(20), at(LONG - AROUND)];
  return [`${early.toFixed(1)} ms`, `${late.toFixed(1)} ms`, (late / early).toFixed(2)];
}

/** A text after its prompt. */
function textOf(words: readonly number[]): Encoded {
  const promptRows = Array.from({ length: LENGTH }, (_, i) => i);
  const ids = [...promptRows.map(() => 0), ...words];
  return { ids, positions: ids.map((_, i) => i), promptRows, answerRow: ids.length - 1, truncated: 0 };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = processorTime();
  await work();
  return processorTime() - start;
}

/** Greedy search with the model's own file alone, which gives the logits of all tokens. @returns the time of each token */
async function plainTokens(
  session: InferenceSession,
  texts: readonly (readonly number[])[],
  tokens: number,
): Promise<number[]> {
  const batch = texts.length;
  const int64 = (items: readonly number[]) =>
    new Tensor("int64", BigInt64Array.from(items, BigInt), [batch, items.length / batch]);
  let ids = texts.flat();
  let past: Record<string, Tensor> = Object.fromEntries(
    session.inputNames.filter((name) => name.startsWith("past")).map((name) => [
      name,
      new Tensor("float32", [], [batch, SHAPE.heads, 0, SHAPE.width / SHAPE.heads]),
    ]),
  );
  let read = 0;
  const times: number[] = [];
  for (let token = 0; token < tokens; token++) {
    const start = processorTime();
    const length = ids.length / batch;
    const outputs = await session.run({
      input_ids: int64(ids),
      attention_mask: int64(Array.from({ length: batch * (read + length) }, () => 1)),
      position_ids: int64(ids.map((_, i) => read + i % length)),
      ...past,
    });
    const { logits, ...present } = outputs;
    const data = logits!.data as Float32Array;
    ids = texts.map((_, row) =>
      mostProbable(data.subarray(((row + 1) * length - 1) * SHAPE.words, (row + 1) * length * SHAPE.words))!
    );
    past = Object.fromEntries(
      Object.entries(present).map((
        [name, value],
      ) => [name.replace("present", "past_key_values"), value as Tensor]),
    );
    read += length;
    times.push(processorTime() - start);
  }
  return times;
}
