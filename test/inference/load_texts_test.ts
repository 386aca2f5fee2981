import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { loadRun, type TextAnswer } from "softprompt";
import { InputError } from "../../src/base/errors.ts";
import { freeExperiment } from "../commands/free_experiment.ts";
import { call, inFolder, readLines, writeExperiment } from "../commands/softprompt.ts";

/** A run of a small encoder-decoder. */
async function freeRun(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  const file = await freeExperiment(folder, changes);
  const { code, stderr } = await call(["run", file, "--results", folder]);
  assertEquals(code, 0, stderr);
  return join(folder, "free");
}

/** All pieces of an answer, and the whole. */
async function streamed(pieces: AsyncGenerator<string, TextAnswer>): Promise<[string[], TextAnswer]> {
  const found: string[] = [];
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return [found, value];
    found.push(value);
  }
}

Deno.test("a loaded run answers as its evaluation did, one text or many, whole or in pieces", () =>
  inFolder(async (folder) => {
    const folders = [
      await freeRun(folder, { training: { batchSize: 8, epochs: 2, optimizer: { learningRate: 0.3 } } }),
      await freeRun(folder, {
        name: "shown",
        prompt: { kind: "hard", template: "{text} {context} answer", examples: 2 },
        training: undefined,
        evaluation: { metrics: ["perplexity"], generate: { maxTokens: 4, beams: 2 } },
      }).then(() => join(folder, "shown")),
    ];
    for (const [i, run] of folders.entries()) {
      const loaded = await loadRun(run, { answers: "texts" });
      assertEquals([loaded.columns, loaded.classes], [["text", "context"], []]);
      const questions = (await readLines(join(folder, "data.jsonl"))).slice(0, 5).map((
        { question, context },
      ) => ({
        text: String(question),
        context: String(context),
      }));
      const answers = await loaded.answer(questions);
      for (const [at, question] of questions.entries()) {
        const [alone] = await loaded.answer([question]);
        assert(alone!.tokens.length > 0 && alone!.tokens.every(({ logProbability }) => logProbability < 0));
        assertEquals(alone!.text, answers[at]!.text);
        const [pieces, whole] = await streamed(loaded.stream(question));
        assertEquals(pieces.join(""), whole.text);
        assertEquals(whole, alone);
      }
      if (i === 0) {
        const [sample] = await readLines(join(run, "samples.jsonl"));
        const [answer] = await loaded.answer([{ text: "who was it", context: "it was fun" }]);
        assertEquals(answer!.text, sample!.generated);
      }
      await loaded.release();
      await assertRejects(() => loaded.answer(questions), InputError, "the run was released");
    }
  }));

/** The last byte of a character of three and the first two of the next, as GPT-2's byte-level tokenizers write them. */
const CUT: readonly string[] = [..."¡¢£¤¥¦§¨©ª«¬®"].flatMap((
  last,
) => [`${last}ä¸`, `${last}åĽ`, `${last}æĸ`]);

/** Makes the tokenizer of a small model one of bytes, whose tokens are cut in the middle of characters, but for letters. */
async function writeBytes(model: string): Promise<void> {
  const path = join(model, "tokenizer.json");
  const tokenizer = JSON.parse(await Deno.readTextFile(path));
  const specials = tokenizer.added_tokens.map(({ content }: { content: string }) => content);
  const words = [...specials, ..."abcde", ...CUT].slice(0, 48);
  const own = {
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(words.map((word, i) => [word, i])),
      merges: [],
      unk_token: "<unk>",
    },
  };
  await Deno.writeTextFile(path, JSON.stringify({ ...tokenizer, ...own }));
}

Deno.test("pieces join to the whole text where tokens are bytes, and characters are cut in the middle", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder, {
      prompt: { kind: "soft", length: 4, template: "{prompt}{text}" },
      dataset: { file: "letters.jsonl", split: { test: 0.2, validation: 0.2 } },
      answer: { kind: "text", target: "{answer}" },
      training: undefined,
      evaluation: { metrics: ["perplexity"], generate: { maxTokens: 11 } },
    });
    await writeBytes(join(folder, "own"));
    const lines = Array.from(
      { length: 20 },
      (_, i) => JSON.stringify({ text: "abc", answer: "abcde"[i % 5] }),
    );
    await Deno.writeTextFile(join(folder, "letters.jsonl"), lines.join("\n"));
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const loaded = await loadRun(join(folder, "free"), { answers: "texts" });
    const pieces: string[] = [];
    const texts: string[] = [];
    for (const text of ["abc", "eda", "中", "c c", "", "b a"]) {
      const [own, whole] = await streamed(loaded.stream(text));
      assertEquals(own.join(""), whole.text);
      pieces.push(...own);
      texts.push(whole.text);
    }
    const found = JSON.stringify({ pieces, texts });
    assert(texts.some((text) => /\p{Script=Han}{4}/u.test(text)), found);
    assert(texts.some((text) => text.endsWith("\ufffd")), found);
    assert(pieces.some((piece) => /^\p{Script=Han}$/u.test(piece)), found);
    await loaded.release();
  }));

Deno.test("leaving a stream ends its generation; questions wait for each other, and a release for them", () =>
  inFolder(async (folder) => {
    const loaded = await loadRun(await freeRun(folder), { answers: "texts" });
    const question = { text: "what is the film", context: "it was dull" };
    const left = loaded.stream(question);
    await left.next();
    await left.return({ text: "", tokens: [], endedBy: "length", truncated: 0 });
    const [first, second] = await Promise.all([
      loaded.answer([question, question]),
      streamed(loaded.stream(question)),
      loaded.release(),
    ]);
    assertEquals(first[0]!.text, second[1].text);
    await assertRejects(() => loaded.stream(question).next(), InputError, "the run was released");
  }));

Deno.test("runs of texts and of classes are told apart, by their types and when they are loaded", () =>
  inFolder(async (folder) => {
    const free = await freeRun(folder);
    const words = await writeExperiment(folder, { training: { batchSize: 8, steps: 1 } });
    const { code, stderr } = await call(["run", words, "--results", folder]);
    assertEquals(code, 0, stderr);
    await assertRejects(
      () => loadRun(free),
      InputError,
      'load it with loadRun(folder, { answers: "texts" })',
    );
    await assertRejects(
      () => loadRun(join(folder, "small"), { answers: "texts" }),
      InputError,
      "are classes with probabilities: load it with loadRun(folder), without 'answers'",
    );
    const texts = await loadRun(free, { answers: "texts" });
    // @ts-expect-error: it has no classes
    assertEquals(texts.classify, undefined);
    const classes = await loadRun(join(folder, "small"));
    // @ts-expect-error: it writes no texts
    assertEquals(classes.answer, undefined);
    // @ts-expect-error: a prompt of the page has classes
    const options: Parameters<typeof loadRun>[1] = { answers: "texts", prompt: "prompt.safetensors" };
    assertEquals(options.answers, "texts");
    await assertRejects(() => texts.answer([{ text: "what" }]), InputError, "text 1 lacks 'context'");
    const one = "what" as unknown as readonly string[];
    await assertRejects(() => texts.answer(one), InputError, "answer takes a list of texts: answer([text])");
    for (const run of [texts, classes]) await run.release();
  }));
