import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { scoreText } from "../../src/text_metrics/score_text.ts";
import { answersIn, ran } from "./answers_of_run.ts";
import { call, inFolder, readLines } from "./softprompt.ts";
import { freeExperiment } from "./free_experiment.ts";
import { writeTextModel } from "./text_model.ts";

interface Answer {
  readonly targets: readonly string[];
  readonly generated?: string;
  readonly score?: Readonly<Record<string, number>>;
  readonly nll: number;
  readonly tokens: number;
}

const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));

Deno.test("free texts are tuned by their loss, generated, scored, compared and shown", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder);
    const shown = await ran(file, folder);
    assertStringIncludes(shown, "exact match");
    const history = await readLines(join(folder, "free/history.jsonl"));
    const losses = history.map(({ loss }) => Number(loss));
    assert(losses.at(-1)! < losses[0]!, losses.join());
    const answers = await answersIn<Answer>(join(folder, "free"));
    const { test, truncated } = await read(join(folder, "free/metrics.json"));
    assertEquals([test.examples, answers.length, truncated.answers], [12, 12, 0]);
    for (const { targets, generated = "", score } of answers) {
      assertEquals(score, { ...scoreText(generated, targets) });
    }
    const sum = (of: (answer: Answer) => number) => answers.reduce((total, one) => total + of(one), 0);
    assertAlmostEquals(test.loss, sum(({ nll }) => nll) / sum(({ tokens }) => tokens), 1e-9);
    assertAlmostEquals(test.perplexity.value, Math.exp(test.loss), 1e-9);
    assertAlmostEquals(test.token_f1.value, sum(({ score }) => score!.token_f1!) / 12, 1e-9);
    const [sample] = await readLines(join(folder, "free/samples.jsonl"));
    assertEquals(sample!.text, "who was it | it was fun");
    const { self_check } = await read(join(folder, "free/environment.json"));
    assert(self_check.difference <= self_check.tolerance);
    assertStringIncludes(await Deno.readTextFile(join(folder, "free/report.html")), "right answer");
    assertStringIncludes(await ran(file, folder), "nothing has changed since the results");
    const predicted = await call(["predict", join(folder, "free"), "a film"]);
    assertEquals(predicted.code, 2);
    assertStringIncludes(predicted.stderr, "has the columns text, context: pass them with --file");
    const out = join(folder, "out");
    const exported = await call(["export", join(folder, "free"), "--format", "onnx", "--out", out]);
    assertEquals(exported.code, 2);
    assertStringIncludes(exported.stderr, "takes one text, but the template has text and context");
  }));

Deno.test("answers are cut at the positions that the decoder's graph has, counted, and no more tokens are generated", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder, { name: "long" });
    // The tokenizer says 48, the graph of this decoder has 40 positions, and its config.json says nothing.
    await Deno.remove(join(folder, "own"), { recursive: true });
    await writeTextModel(join(folder, "own"), "bart");
    const lines = Array.from({ length: 40 }, (_, i) => {
      const answer = Array.from({ length: i % 4 === 0 ? 44 : 4 }, () => "film").join(" ");
      return JSON.stringify({ question: "what was it", context: "a film", answers: [answer] });
    });
    await Deno.writeTextFile(join(folder, "data.jsonl"), `${lines.join("\n")}\n`);
    assertStringIncludes(await ran(file, folder), "10 right answers did not fit, and lost tokens at the end");
    const tokens = (await answersIn<Answer>(join(folder, "long"))).map((answer) => answer.tokens);
    assertEquals([...new Set(tokens)].toSorted((a, b) => a - b), [5, 40]);
    const experiment = await read(file);
    experiment.evaluation.generate.maxTokens = 44;
    await Deno.writeTextFile(file, JSON.stringify(experiment));
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      "'evaluation.generate.maxTokens: 44' is more than the 40 positions of the model's decoder: set it to at most 40",
    );
  }));

Deno.test("two runs of free texts are compared by pairs, and a gate hears of the one that is worse", () =>
  inFolder(async (folder) => {
    await ran(await freeExperiment(folder), folder);
    const hard = { kind: "hard", template: "{text} {context} answer" };
    await ran(await freeExperiment(folder, { name: "hard", prompt: hard, training: undefined }), folder);
    const [a, b] = [join(folder, "hard"), join(folder, "free")];
    const json = await call(["diff", a, b, "--format", "json", "--alpha", "0.99"]);
    const { metrics, paired, changed } = JSON.parse(json.stdout);
    assertEquals([paired, metrics.exact_match.test], [12, "exact McNemar"]);
    const losses = await Promise.all(
      [a, b].map(async (one) => (await read(join(one, "metrics.json"))).test.loss),
    );
    assertAlmostEquals(metrics.loss.delta, losses[1] - losses[0], 1e-9);
    assertEquals(metrics.loss.verdict, "worse");
    const own = await answersIn<Answer>(a);
    const others = await answersIn<Answer>(b);
    assertEquals(changed.length, own.filter(({ generated }, i) => generated !== others[i]!.generated).length);
    const text = await call(["diff", a, b]);
    assertStringIncludes(text.stdout, "12 test examples paired by id.");
    const gate = await call(["diff", a, b, "--gate", "loss", "--alpha", "0.99"]);
    assertEquals(gate.code, 3);
    assertStringIncludes(gate.stderr, "in loss");
    assertEquals((await call(["diff", a, b, "--gate", "exactMatch"])).code, 0);
    const page = join(a, "report.html");
    const saved = await call(["diff", page, b, "--json", "--alpha", "0.99"]);
    assertEquals([saved.code, JSON.parse(saved.stdout).metrics], [0, metrics], saved.stderr);
    const several = join(folder, "several.html");
    const reported = await call(["report", a, b, "--out", several]);
    assertEquals(reported.code, 0, reported.stderr);
    const lab = await Deno.readTextFile(several);
    for (const part of ['id="run-1"', "12 test examples paired by id.", "right answer", "ROUGE-L"]) {
      assertStringIncludes(lab, part);
    }
    const fromLab = await call(["diff", several, several, "--json"]);
    assertEquals([fromLab.code, JSON.parse(fromLab.stdout).comparisons.length], [0, 2], fromLab.stderr);
    const kept = ["--baselines", join(folder, "baselines")];
    const junit = join(folder, "gate.xml");
    assertEquals((await call(["baseline", "set", page, ...kept])).code, 0);
    const again = ["diff", "--baseline", "main", b, "--json", "--alpha", "0.99", "--junit", junit, ...kept];
    const against = await call(again);
    assertEquals([against.code, JSON.parse(against.stdout).metrics], [0, metrics]);
    const cases = (await Deno.readTextFile(junit)).match(/<testcase .*>/g) ?? [];
    assertEquals(cases.map((one) => / name="(.*?)"/.exec(one)?.[1]), [
      "exact match",
      "token F1",
      "ROUGE-L",
      "loss",
      "runs",
    ]);
    const xml = await Deno.readTextFile(junit);
    assertStringIncludes(xml, 'name="loss"><failure ');
    assertStringIncludes(xml, "all runs are there");
    assertEquals(
      JSON.parse((await call(["list", folder, "--json", "--only", "hard"])).stdout).runs[0].metric,
      "exact match",
    );
    assertStringIncludes((await call(["show", b])).stdout, "perplexity");
    const html = await call(["diff", a, b, "--format", "html"]);
    assertEquals(html.code, 0, html.stderr);
    assertStringIncludes(html.stdout, "12 test examples paired by id.");
    const markdown = await call(["diff", a, b, "--format", "markdown"]);
    assertStringIncludes(markdown.stdout, "McNemar's exact test for exact match");
  }));

Deno.test("a prompt that was tuned on another encoder-decoder is refused", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder, {
      training: { batchSize: 8, epochs: 1 },
      evaluation: { metrics: ["perplexity"] },
    });
    await ran(file, folder);
    await Deno.remove(join(folder, "own"), { recursive: true });
    await writeTextModel(join(folder, "own"), "bart");
    const experiment = await read(file);
    experiment.name = "other";
    experiment.prompt.initialization = { from: "run", path: "free" };
    await Deno.writeTextFile(file, JSON.stringify(experiment));
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "config.json is not the one that");
    assertStringIncludes(stderr, "start from a prompt that was tuned with this experiment's model");
  }));

Deno.test("without metrics of generated texts and samples nothing is generated", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder, {
      training: { batchSize: 8, epochs: 1 },
      evaluation: { metrics: ["perplexity"] },
    });
    await ran(file, folder);
    const { test } = await read(join(folder, "free/metrics.json"));
    assertEquals(Object.keys(test), ["examples", "loss", "perplexity"]);
    const [first] = await answersIn<Answer>(join(folder, "free"));
    assertEquals(first!.generated, undefined);
  }));

Deno.test("a sweep of free texts is fused, chosen by its metric, summarized, and compared with another over its seeds", () =>
  inFolder(async (folder) => {
    const sweep = async (name: string, length: number[]) => {
      const file = await freeExperiment(folder, {
        name,
        training: { batchSize: 8, epochs: 2, earlyStopping: { metric: "tokenF1", patience: 1 } },
        evaluation: { generate: { maxTokens: 2 } },
        sweep: { seed: [0, 1], "prompt.length": length },
      });
      const { code, stdout, stderr } = await call(["batch", file, "--fuse", "on", "--results", folder]);
      assertEquals(code, 0, stderr);
      return { stdout, stderr, file };
    };
    const { stdout, stderr, file } = await sweep("free", [2, 3]);
    assertStringIncludes(stderr, "2 runs with fused steps");
    assertStringIncludes(stdout, "ROUGE-L");
    assert(
      /best by validation token F1: free, prompt.length=\d: .*%; test token F1 .*%/.test(stdout),
      stdout,
    );
    const [line] = (await readLines(join(folder, "free/seed=0,length=2/history.jsonl")))
      .flatMap(({ validation }) => validation ?? []);
    assertEquals(Object.keys(Object(line)), ["loss", "exact_match", "token_f1", "rouge_l"]);
    const { groups, rows } = await read(join(folder, "free/summary.json"));
    assertEquals(rows.length, 4);
    const losses = await Promise.all(
      [0, 1].map(async (seed) =>
        (await read(join(folder, `free/seed=${seed},length=2/metrics.json`))).test.loss
      ),
    );
    assertAlmostEquals(groups[0].test.loss.mean, (losses[0] + losses[1]) / 2, 1e-9);
    assertEquals(Object.keys(groups[0].test), ["loss", "exact_match", "token_f1", "rouge_l", "perplexity"]);
    const [head = ""] = (await Deno.readTextFile(join(folder, "free/summary.csv"))).split("\n");
    assertStringIncludes(head, "test_token_f1_mean");
    const page = await Deno.readTextFile(join(folder, "free/summary.html"));
    assertStringIncludes(page, "exact match");
    assert(!page.includes('data-label="accuracy"'), "there are no classes");
    const again = await call(["batch", file, "--summarize", "--results", folder]);
    assertStringIncludes(again.stdout, "4 of 4 runs are complete");
    await sweep("other", [2, 3]);
    const [a, b] = [join(folder, "free"), join(folder, "other")];
    for (const [one, other] of [[a, b], [join(a, "summary.json"), join(b, "summary.json")]] as const) {
      const diff = await call(["diff", one, other, "--format", "json"]);
      assertEquals(diff.code, 0, diff.stderr);
      const { comparisons } = JSON.parse(diff.stdout);
      assertEquals(comparisons.map(({ variant }: { variant: string }) => variant), ["length=2", "length=3"]);
      assertEquals(comparisons[0].seeds, { a: [0, 1], b: [0, 1], paired: true });
      assertEquals(comparisons[0].metrics.loss.delta, 0);
    }
    const kept = ["--baselines", join(folder, "baselines")];
    assertStringIncludes((await call(["baseline", "set", a, ...kept])).stdout, ": 4 runs of ");
    const junit = join(folder, "gate.xml");
    const against = await call(["diff", "--baseline", "main", b, "--json", "--junit", junit, ...kept]);
    const direct = await call(["diff", a, b, "--json"]);
    assertEquals(
      JSON.parse(against.stdout).comparisons.map(({ metrics }: { metrics: unknown }) => metrics),
      JSON.parse(direct.stdout).comparisons.map(({ metrics }: { metrics: unknown }) => metrics),
    );
    const xml = await Deno.readTextFile(junit);
    assertEquals(xml.match(/<testsuite name="length=\d" tests="\d"/g), [
      '<testsuite name="length=2" tests="4"',
      '<testsuite name="length=3" tests="4"',
    ]);
    const gate = await call(["diff", a, b, "--gate", "accuracy"]);
    assertEquals(gate.code, 2);
    assertStringIncludes(gate.stderr, "these results have no such metric: choose among");
    const pages = await call(["diff", join(a, "summary.html"), join(b, "summary.html"), "--json"]);
    assertEquals(pages.code, 0, pages.stderr);
    const metricsIn = (text: string) =>
      JSON.parse(text).comparisons.map(({ metrics }: { metrics: unknown }) => metrics);
    assertEquals(metricsIn(pages.stdout), metricsIn(direct.stdout));
    await Deno.remove(join(b, "seed=1,length=3"), { recursive: true });
    const lacking = await call(["diff", a, b, "--fail-on-regression"]);
    assertEquals(lacking.code, 3);
    assertStringIncludes(lacking.stderr, "B lacks 1 run of A: length=3, seed 1");
  }));

Deno.test("a run of free texts that was killed ends in the same bytes when it is called again", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder);
    const args = (results: string) => ["run", file, "--results", join(folder, results)];
    const whole = await stoppingAfter(Infinity, "killed", () => call(args("whole")));
    assertEquals(whole.result?.code, 0, whole.result?.stderr);
    const stream = new RandomStream(0, "kills");
    for (let kill = 0; kill < 3; kill++) {
      const results = `killed ${kill}`;
      await stoppingAfter(5 + stream.integer(20), "killed", () => call(args(results)));
      assertEquals((await call(args(results))).code, 0);
      for (const name of ["predictions.jsonl", "history.jsonl", "prompt.safetensors"]) {
        const bytes = (of: string) => Deno.readFile(join(folder, of, "free", name));
        assertEquals(await bytes(results), await bytes("whole"), name);
      }
    }
  }));

Deno.test("right answers that do not fit are counted and truncated at the end", () =>
  inFolder(async (folder) => {
    const long = Array.from({ length: 60 }, () => "fun").join(" ");
    const file = await freeExperiment(folder, {
      answer: { kind: "text", target: `{answers} ${long}` },
      training: { batchSize: 8, epochs: 1 },
      evaluation: { metrics: ["perplexity"] },
    });
    assertStringIncludes(await ran(file, folder), "right answers did not fit, and lost tokens at the end");
    const { truncated } = await read(join(folder, "free/metrics.json"));
    assertEquals(truncated.answers, 12 + 8);
  }));

Deno.test("answers that cannot be generated whole are counted, by validate and by run", () =>
  inFolder(async (folder) => {
    const generate = { maxTokens: 1, stop: ["film"] };
    const file = await freeExperiment(folder, {
      prompt: { kind: "hard", template: "{text} {context} answer" },
      training: undefined,
      evaluation: { generate },
      dataset: {
        text: "question",
        split: { train: "data.jsonl", validation: "few.jsonl", test: "data.jsonl" },
      },
    });
    const answers = [["the film"], ["very good"], ["very good", "good"], ["good"], ["the"], [
      "a film",
      "very good",
    ]];
    const lines = answers.map((answers) =>
      JSON.stringify({ question: "what was it", context: "a film", answers })
    );
    await Deno.writeTextFile(join(folder, "data.jsonl"), `${lines.join("\n")}\n`);
    await Deno.writeTextFile(join(folder, "few.jsonl"), `${lines[0]}\n`);
    const warning =
      "the right answer to 4 texts of 7 cannot be generated whole, so that what is generated is no exact match: 3 because of a stop string in it (change 'evaluation.generate.stop'), 1 because of its length (raise 'evaluation.generate.maxTokens')";
    const validated = await call(["validate", file, "--results", folder, "--json"]);
    assertStringIncludes(validated.stderr, warning);
    assertEquals(JSON.parse(validated.stdout).runs[0].answers_out_of_reach, 4);
    assertStringIncludes(await ran(file, folder), warning);
    // An end that the model's files ask for takes the place of the last token.
    await Deno.writeTextFile(join(folder, "own/generation_config.json"), '{"forced_eos_token_id": 1}');
    assertStringIncludes((await call(["validate", file])).stderr, "the right answer to 7 texts of 7 ");
    assertStringIncludes(await ran(file, folder), "the right answer to 7 texts of 7 ");
  }));

Deno.test("validate refuses answers with tokens that the model's graph lacks, and decoders that are missing, as run does", () =>
  inFolder(async (folder) => {
    const file = await freeExperiment(folder);
    const path = join(folder, "own/tokenizer.json");
    const tokenizer = await read(path);
    tokenizer.model.vocab.odd = 500;
    await Deno.writeTextFile(path, JSON.stringify(tokenizer));
    const lines = (await Deno.readTextFile(join(folder, "data.jsonl"))).replaceAll('["bad"', '["odd"');
    await Deno.writeTextFile(join(folder, "data.jsonl"), lines);
    const refused = async (reason: string) => {
      for (const verb of ["validate", "run"]) {
        const { code, stderr } = await call([verb, file, "--results", folder]);
        assertEquals(code, 2, verb);
        assertStringIncludes(stderr, reason, verb);
      }
    };
    await refused("has the token 'odd' with the id 500, but the model has logits for");
    await Deno.remove(join(folder, "own/onnx/decoder_model.onnx"));
    await refused("an encoder is half a model, and its decoder belongs beside it");
  }));
