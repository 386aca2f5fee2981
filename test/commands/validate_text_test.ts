import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { MINI, ROOT } from "../shared.ts";
import { withHub } from "../hub/loopback_hub.ts";
import { call, callProcess, inFolder } from "./softprompt.ts";
import { writeTextModel } from "./text_model.ts";

const LINES = Array.from({ length: 20 }, (_, i) => `{"question":"q${i}?","answer":["a${i}","b"]}\n`).join("");

/** Longer than what is generated, and than the model's positions. */
const LONG = `{answer} ${Array(5).fill("the film was very good and").join(" ")}`;

/** A folder with an encoder-decoder's files on reading texts, and questions. */
async function written(folder: string, changes: object): Promise<string> {
  const model = join(folder, "model");
  await writeTextModel(model, "t5");
  const limits: string = join(model, "tokenizer_config.json");
  const before = JSON.parse(await Deno.readTextFile(limits));
  await Deno.writeTextFile(limits, JSON.stringify({ ...before, model_max_length: 24 }));
  await Deno.writeTextFile(join(folder, "q.jsonl"), `${LINES}{"question":"none"}\n`);
  const file = join(folder, "x.yaml");
  const experiment = {
    name: "asked",
    model: { source: "model" },
    dataset: { file: "q.jsonl", text: "question", missing: "drop", split: { test: 0.2, validation: 0.1 } },
    prompt: { kind: "soft", length: 4, examples: 1, template: "{prompt} {text}" },
    answer: { kind: "text", target: "{answer}" },
    evaluation: { generate: { maxTokens: 16 } },
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  return file;
}

Deno.test("validate reads an experiment with free texts whole, and says what generating costs", () =>
  inFolder(async (folder) => {
    const file = await written(folder, {});
    const { code, stdout, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(
      stdout,
      "soft, 4  1         13     2           4     0          0                  0             5",
    );
    assertStringIncludes(
      stdout,
      "asked generates up to 16 tokens for each text: 6 texts at the end, and 2 validation texts 5 times during training ('evaluation.validateOn: loss' leaves that out)",
    );
    assertStringIncludes(
      stderr,
      "1 of 21 lines are left out: 1 has no column of the right answer ('answer': 1)",
    );
  }));

Deno.test("what a model's generation_config.json asks for and is not done is refused by validate, where texts are generated", () =>
  inFolder(async (folder) => {
    const file = await written(folder, {});
    await Deno.writeTextFile(join(folder, "model/generation_config.json"), '{"guidance_scale": 3}');
    const { code, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      "model/generation_config.json: 'guidance_scale' (3) is asked for and not done",
    );
    const evaluation = { generate: { maxTokens: 16 }, metrics: ["perplexity"] };
    const silent = await call(["validate", await written(folder, { evaluation }), "--results", folder]);
    assertEquals(silent.code, 0, silent.stderr);
  }));

Deno.test("answers that are cut are counted, and training alone costs no generating where that is asked for", () =>
  inFolder(async (folder) => {
    const file = await written(folder, {
      answer: { kind: "text", target: LONG },
      evaluation: { validateOn: "loss", generate: { maxTokens: 16 } },
    });
    const { code, stdout, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 2, stdout);
    assertStringIncludes(stderr, "'prompt.examples: 1' does not fit");
    const fewer = await written(folder, {
      prompt: { kind: "soft", length: 4, template: "{prompt} {text}" },
      answer: { kind: "text", target: LONG },
      evaluation: { validateOn: "loss", generate: { maxTokens: 16 } },
    });
    const whole = await call(["validate", fewer, "--results", folder]);
    assertStringIncludes(whole.stdout, "0          20                 6             5", whole.stderr);
    assertStringIncludes(whole.stdout, "; validations during training compute the loss alone");
  }));

Deno.test("classes by texts are checked with a masked model, whose words may have several tokens", () =>
  inFolder(async (folder) => {
    const file = join(folder, "x.yaml");
    const experiment = {
      name: "classes",
      model: { source: MINI },
      dataset: { name: "reviews-demo", path: join(ROOT, "data/reviews-demo") },
      prompt: { kind: "hard", examples: 2, template: "{text} it was {mask} ." },
      answer: { kind: "text" },
      verbalizer: { negative: ["very bad"], positive: ["very good"] },
    };
    await Deno.writeTextFile(file, JSON.stringify(experiment));
    const { code, stdout, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(
      stdout,
      "classes compares the 2 texts of classes for each text: 160 texts at the end",
    );
    const word = { ...experiment, verbalizer: { negative: ["☃ snow"], positive: ["good"] } };
    await Deno.writeTextFile(file, JSON.stringify(word));
    const refused = await call(["validate", file, "--results", folder]);
    assertEquals(refused.code, 2);
    assertStringIncludes(
      refused.stderr,
      "the model's tokenizer has no tokens for a part of '☃ snow' of the class 'negative'",
    );
  }));

Deno.test("classes by generated texts need a model that writes texts", () =>
  inFolder(async (folder) => {
    const answer = { kind: "text", choose: "generate" };
    const file = await written(folder, {
      answer,
      model: { source: MINI },
      dataset: { name: "reviews-demo", path: join(ROOT, "data/reviews-demo") },
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
      verbalizer: { negative: ["very bad"], positive: ["very good"] },
    });
    const { code, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "a masked language model fills in masks and writes no texts");
  }));

Deno.test("a chat template that is not there is reported at the template", () =>
  inFolder(async (folder) => {
    const file = await written(folder, {
      prompt: { kind: "hard", template: { chat: [{ role: "user", content: "{text}" }] } },
    });
    const { code, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "the model has no chat template (neither chat_template.jinja nor");
  }));

Deno.test("a chat model's template and answers in lists are read from the hub", () =>
  inFolder(async (folder) => {
    const unigram = join(ROOT, "test/fixtures/tokenizers/unigram");
    const table = await Deno.readFile(join(ROOT, "test/fixtures/parquet/answers.parquet"));
    const model = {
      name: "acme/chat",
      commit: "a".repeat(40),
      files: {
        "config.json": JSON.stringify({ is_encoder_decoder: true }),
        "generation_config.json": JSON.stringify({ decoder_start_token_id: 0 }),
        "chat_template.jinja": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}",
        "tokenizer.json": await Deno.readFile(join(unigram, "tokenizer.json")),
        "tokenizer_config.json": await Deno.readFile(join(unigram, "tokenizer_config.json")),
      },
    };
    const dataset = {
      type: "dataset",
      name: "acme/questions",
      commit: "b".repeat(40),
      branch: "refs/convert/parquet",
      files: { "default/train/0000.parquet": table, "default/test/0000.parquet": table },
    } as const;
    const experiment = {
      name: "asked",
      model: { source: "acme/chat" },
      dataset: { source: "acme/questions", text: "question", missing: "drop", validation: 0 },
      prompt: { kind: "hard", template: { chat: [{ role: "user", content: "{text}?" }] } },
      answer: { kind: "text", target: "{answers}" },
    };
    const file = join(folder, "x.yaml");
    await Deno.writeTextFile(file, JSON.stringify(experiment));
    await withHub([model, dataset], async (hub) => {
      const env = { HF_ENDPOINT: hub.url, HF_HOME: join(folder, "hf") };
      const { code, stdout, stderr } = await callProcess(["validate", file, "--results", folder], env);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, "hard    0         2      0           2     0          0");
      assertStringIncludes(stderr, "3 of 5 lines are left out: 1 has an empty right answer ('answers': 1)");
      assertStringIncludes(stderr, "2 of the 2 test texts are also in the training set");
    });
  }));

Deno.test("a prompt that vectors start from is looked for, as for words", () =>
  inFolder(async (folder) => {
    const file = join(folder, "x.yaml");
    const experiment = {
      name: "started",
      model: { source: MINI },
      dataset: { name: "reviews-demo", path: join(ROOT, "data/reviews-demo") },
      prompt: {
        kind: "soft",
        length: 2,
        initialization: { from: "run", path: "no-such-run" },
        template: "{prompt} {text} it was {mask} .",
      },
      answer: { kind: "text" },
      verbalizer: { negative: ["very bad"], positive: ["very good"] },
    };
    await Deno.writeTextFile(file, JSON.stringify(experiment));
    const { code, stderr } = await call(["validate", file, "--results", folder]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "no-such-run");
  }));
