import { assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { loadRun } from "softprompt";
import { MINI } from "../shared.ts";
import { exportedProbabilities } from "./exported.ts";
import { call, callProcess, inFolder, readLines, writeExperiment } from "./softprompt.ts";

const LONG = "two hours that i will never get back , and then a joy . ".repeat(40);
const TEXTS = [
  "a gripping , beautifully acted thriller .",
  "dull",
  LONG,
  "two hours that i will never get back .",
];
const FEW = { training: { batchSize: 8, steps: 4, logEvery: 2 } };
const OWN = { model: { source: MINI } };

/** Runs small experiments of two insertions and of words alone. */
async function withRuns(
  test: (run: (name: string) => string, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const results: string = join(folder, "results");
    const template = "{prompt} {text} it was {mask} .";
    const kinds = {
      after: { prompt: { kind: "soft", length: 4, template }, ...FEW },
      words: { prompt: { kind: "soft", length: 4, insertion: "word-embeddings", template }, ...FEW },
      hard: { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined },
    };
    const files = [];
    for (const [name, changes] of Object.entries(kinds)) {
      const own: string = join(folder, name);
      await Deno.mkdir(own);
      files.push(await writeExperiment(own, { name, ...OWN, ...changes }));
    }
    const { code, stderr } = await call(["run", ...files, "--results", results]);
    assertEquals(code, 0, stderr);
    await test((name) => join(results, name), folder);
  });
}

Deno.test("a run's prompt is used from the command line, from a program, and as a classifier without softprompt", () =>
  withRuns(async (run, folder) => {
    for (const name of ["after", "words", "hard"]) {
      const loaded = await loadRun(run(name));
      const answers = await loaded.classify(TEXTS);
      assertEquals(loaded.classes, ["negative", "positive"]);
      const one = "a joy" as unknown as readonly string[];
      await assertRejects(() => loaded.classify(one), InputError, "classify takes a list of texts");
      await loaded.release();
      await assertRejects(() => loaded.classify(TEXTS), InputError, "the run was released");
      const results: string = join(folder, "cache");
      const said = await call(["predict", run(name), ...TEXTS, "--results", results]);
      assertEquals(said.code, 0, said.stderr);
      const lines = said.stdout.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(
        lines,
        answers.map(({ predicted, probabilities }, i) => ({ text: TEXTS[i], predicted, probabilities })),
      );
      const out: string = join(folder, "classifier", name);
      const { code, stderr } = await call(["export", run(name), "--format", "onnx", "--out", out]);
      assertEquals(code, 0, stderr);
      const config = JSON.parse(await Deno.readTextFile(join(out, "config.json")));
      assertEquals(config.id2label, { "0": "negative", "1": "positive" });
      for (const side of ["left", "right"] as const) {
        const rows = await exportedProbabilities(out, TEXTS, { side });
        for (const [i, { probabilities }] of answers.entries()) {
          assertAlmostEquals(rows[i]![1]!, probabilities.positive!, 1e-5, `${name}, padded on the ${side}`);
        }
      }
    }
    await peft(run, folder);
    await fromRun(run, folder);
  }));

/** An exported adapter is the start of another experiment; a run that cannot be exported is refused with the reason. */
async function peft(run: (name: string) => string, folder: string): Promise<void> {
  const adapter: string = join(folder, "adapter");
  const args = ["--format", "peft", "--out", adapter];
  for (
    const [name, why] of [["after", "after the embedding layer"], [
      "hard",
      "a hard prompt, which has no vectors",
    ]] as const
  ) {
    const refused = await call(["export", run(name), ...args]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, why);
  }
  const { code, stderr } = await call(["export", run("words"), ...args]);
  assertEquals(code, 0, stderr);
  const template = "{prompt} {text} it was {mask} .";
  const training = { steps: 1, batchSize: 8, optimizer: { learningRate: 1e-12 } };
  const prompt = { kind: "soft", length: 4, insertion: "word-embeddings", template };
  const initialization = { from: "peft", path: "adapter" };
  const file = await writeExperiment(folder, {
    ...OWN,
    name: "from-peft",
    prompt: { ...prompt, initialization },
    training,
  });
  const again = await call(["run", file, "--results", folder]);
  assertEquals(again.code, 0, again.stderr);
  const [before, after] = await Promise.all(
    [run("words"), join(folder, "from-peft")].map((one) => readLines(join(one, "predictions.jsonl"))),
  );
  assertEquals(after!.map(({ predicted }) => predicted), before!.map(({ predicted }) => predicted));
  for (
    const [changes, message] of [
      [{ length: 5, initialization }, "the adapter has 4 vectors, but 'prompt.length' is 5"],
      [{ initialization: { from: "peft", path: "none" } }, "is not a PEFT adapter"],
      [{ insertion: "embedding-output", initialization }, "set 'prompt.insertion: word-embeddings'"],
    ] as const
  ) {
    const wrong = await writeExperiment(folder, {
      ...OWN,
      name: "from-peft",
      prompt: { ...prompt, ...changes },
      training,
    });
    const { code, stderr } = await call(["validate", wrong]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, message);
    assertStringIncludes(stderr, "experiment.yaml:");
  }
}

/** An experiment starts from another run's prompt, filled up where it is longer; one of another insertion is refused. */
async function fromRun(run: (name: string) => string, folder: string): Promise<void> {
  const written = async (path: string, insertion: string) =>
    await writeExperiment(folder, {
      ...OWN,
      name: "from-run",
      prompt: {
        kind: "soft",
        length: 6,
        insertion,
        initialization: { from: "run", path },
        template: "{prompt} {text} it was {mask} .",
      },
      training: { steps: 1, batchSize: 8 },
    });
  const { code, stderr } = await call([
    "run",
    await written(run("words"), "word-embeddings"),
    "--results",
    folder,
  ]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "has 4 vectors, but the prompt has 6 vectors: the last 2 are sampled");
  for (
    const [path, insertion, message] of [
      [run("words"), "embedding-output", "their vectors are in different spaces"],
      [
        run("hard"),
        "word-embeddings",
        "is a run of a hard prompt, which has no vectors: name a run of a soft prompt",
      ],
    ] as const
  ) {
    const wrong = await call(["validate", await written(path, insertion)]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, message);
    assertStringIncludes(wrong.stderr, "experiment.yaml:");
  }
}

Deno.test("texts come from files and from standard input, and answers in their order", () =>
  inFolder(async (folder) => {
    const pairs = { kind: "hard", template: "{title} : {text} it was {mask} ." };
    const data = ["positive", "negative"].flatMap((label) =>
      Array.from(
        { length: 10 },
        (_, i) => JSON.stringify({ title: `t ${i}`, text: `a ${label} film ${i}`, label }),
      )
    );
    await Deno.writeTextFile(join(folder, "data.jsonl"), data.join("\n"));
    const samples = [{ title: "t", text: "a joy ." }];
    const file = await writeExperiment(folder, {
      name: "pairs",
      prompt: pairs,
      training: undefined,
      dataset: { file: "data.jsonl" },
      evaluation: { samples },
    });
    const ran = await call(["run", file, "--results", folder]);
    assertEquals(ran.code, 0, ran.stderr);
    const run: string = join(folder, "pairs");
    assertStringIncludes(await Deno.readTextFile(join(run, "samples.md")), "t \\| a joy .");
    const asked = Array.from(
      { length: 2500 },
      (_, i) => ({ id: i, title: `t ${i % 7}`, text: "dull ".repeat(1 + i % 5) }),
    );
    const { code, stdout, stderr } = await callProcess(
      ["predict", run, "--file", "-"],
      {},
      asked.map((one) => JSON.stringify(one)).join("\n"),
    );
    assertEquals(code, 0, stderr);
    const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(answers.map(({ id }) => id), asked.map(({ id }) => id));
    const lacking: string = join(folder, "lacking.jsonl");
    await Deno.writeTextFile(lacking, '{"text": "a"}\n');
    for (
      const [args, message] of [
        [["a text"], "pass them with --file, as .jsonl or .csv"],
        [["--file", lacking], "lacking.jsonl:1: there is no 'title' (found: text)"],
        [["--file", join(folder, "none.txt")], "there is no"],
        [[], "predict needs either texts or --file"],
      ] as const
    ) {
      const wrong = await call(["predict", run, ...args]);
      assertEquals(wrong.code, 2, wrong.stderr);
      assertStringIncludes(wrong.stderr, message);
    }
  }));
