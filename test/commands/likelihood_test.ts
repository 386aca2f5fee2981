import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Tensor } from "onnxruntime-node";
import { openUntouched } from "../../src/device/untouched.ts";
import { readTokenizer } from "../../src/model/read_tokenizer.ts";
import { stoppingAfter } from "../disk/stopping_disk.ts";
import { call, inFolder, readLines, writeExperiment } from "./softprompt.ts";
import { writeTextModel } from "./text_model.ts";

const CLASSES = {
  answer: { kind: "text" },
  verbalizer: { negative: ["very bad", "bad"], positive: ["good"] },
};

interface Predicted {
  readonly text: string;
  readonly predicted: string;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly illegal?: boolean;
}

async function predictions(folder: string): Promise<Predicted[]> {
  const text = await Deno.readTextFile(join(folder, "predictions.jsonl"));
  return text.trimEnd().split("\n").map((line): Predicted => JSON.parse(line));
}

async function ran(folder: string, changes: Record<string, unknown>, ...flags: string[]): Promise<string> {
  const file = await writeExperiment(folder, { ...CLASSES, ...changes });
  const { code, stderr } = await call(["run", file, "--results", folder, ...flags]);
  assertEquals(code, 0, stderr);
  return stderr;
}

const metricsOf = async (folder: string) =>
  JSON.parse(await Deno.readTextFile(join(folder, "small/metrics.json")));

Deno.test("a hard prompt's probabilities are those that the model's own file gives as many masks as the longest text has tokens", () =>
  inFolder(async (folder) => {
    await ran(folder, { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined });
    const found = (await predictions(join(folder, "small"))).slice(0, 4);
    const tokenizer = await readTokenizer(join(folder, "model"));
    const bytes = await Deno.readFile(join(folder, "model/onnx/model.onnx"));
    const session = await openUntouched({ bytes, weights: new Map() });
    const mask = tokenizer.mask!.id;
    for (const { text, probabilities, illegal } of found) {
      const ids = [
        ...tokenizer.prefix,
        ...tokenizer.encode(`${text} it was`),
        mask,
        mask,
        ...tokenizer.encode("."),
        ...tokenizer.suffix,
      ];
      const of = (values: readonly number[]) =>
        new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
      const feeds = { input_ids: of(ids), attention_mask: of(ids.map(() => 1)) };
      const positions = of(ids.map((_, i) => i));
      const named = Object.entries({
        ...feeds,
        position_ids: positions,
        token_type_ids: of(ids.map(() => 0)),
      });
      const { logits } = await session.run(
        Object.fromEntries(named.filter(([name]) => session.inputNames.includes(name))),
      );
      const words = logits!.dims[2]!;
      const at = ids.indexOf(mask);
      const logprob = (row: number, id: number) => {
        const all = Array.from(logits!.data.slice((at + row) * words, (at + row + 1) * words), Number);
        return all[id]! - Math.log(all.reduce((sum, one) => sum + Math.exp(one), 0));
      };
      const scoreOf = (answer: string) =>
        tokenizer.encode(answer).reduce((sum, id, i) => sum + logprob(i, id), 0);
      const negative = Math.exp(Math.max(scoreOf("very bad"), scoreOf("bad")));
      const positive = Math.exp(scoreOf("good"));
      assertAlmostEquals(probabilities.positive!, positive / (negative + positive), 1e-4);
      assertEquals(illegal, undefined);
    }
    await session.release();
  }));

Deno.test("a prompt is tuned, chosen, classified with and compared as one whose classes are words", () =>
  inFolder(async (folder) => {
    await ran(folder, {
      training: { batchSize: 8, epochs: 2, logEvery: 2, best: "perplexity", classWeights: "balanced" },
      evaluation: {
        calibrate: ["contextual", "temperature"],
        samples: [{ text: "a joy", label: "positive" }],
      },
    });
    const { test, calibration } = await metricsOf(folder);
    assertEquals(test.illegal_rate, undefined);
    assert(test.target.perplexity.value > 1);
    assert(calibration.temperature > 0);
    const history = await readLines(join(folder, "small/history.jsonl"));
    const losses = history.map(({ loss }) => Number(loss));
    assert(losses.at(-1)! < losses[0]!, losses.join());
    const [sample] = await readLines(join(folder, "small/samples.jsonl"));
    const predicted = await call(["predict", join(folder, "small"), "a joy"]);
    assertEquals(JSON.parse(predicted.stdout).probabilities, sample!.probabilities, predicted.stderr);
    const diff = await call(["diff", join(folder, "small"), join(folder, "small")]);
    assertEquals([diff.code, diff.stdout.includes("illegal")], [0, false], diff.stderr);
    const report = await Deno.readTextFile(join(folder, "small/report.html"));
    assertStringIncludes(report, "perplexity");
    const served = await call(["serve", join(folder, "small")]);
    assertEquals(served.code, 2);
    assertStringIncludes(served.stderr, "are texts ('answer.kind: text'), and serve takes only runs");
  }));

Deno.test("the steps of runs whose classes are texts are fused, and give the same as one after the other", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      ...CLASSES,
      training: { batchSize: 8, epochs: 1, accumulate: 2 },
      sweep: { seed: [0, 1] },
      ensemble: { sweep: "seed" },
    });
    for (const fuse of ["on", "off"]) {
      const { code, stderr } = await call(["batch", file, "--fuse", fuse, "--results", join(folder, fuse)]);
      assertEquals(code, 0, stderr);
      assertEquals(stderr.includes("2 runs with fused steps"), fuse === "on");
    }
    for (const run of ["seed=0", "seed=1", "seed=ensemble"]) {
      const [fused, apart] = [
        await predictions(join(folder, "on/small", run)),
        await predictions(join(folder, "off/small", run)),
      ];
      for (const [i, { probabilities }] of fused.entries()) {
        assertAlmostEquals(probabilities.positive!, apart[i]!.probabilities.positive!, 1e-3);
      }
    }
  }));

Deno.test("an ensemble of likelihoods is the mean of its prompts', is resumed to the bit, and predicts", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      ...CLASSES,
      training: { batchSize: 8, steps: 4 },
      sweep: { seed: [0, 1] },
      ensemble: { sweep: "seed", vote: "mean" },
    });
    const batch = (results: string) => () =>
      call(["batch", file, "--fuse", "off", "--results", join(folder, results)]);
    const whole = await stoppingAfter(Infinity, "killed", batch("whole"));
    assertEquals(whole.result?.code, 0, whole.result?.stderr);
    const runOf = (run: string) => predictions(join(folder, "whole/small", run));
    const [first, second, both] = [
      await runOf("seed=0"),
      await runOf("seed=1"),
      await runOf("seed=ensemble"),
    ];
    for (const [i, { probabilities: { positive = NaN }, predicted }] of both.entries()) {
      const mean = (first[i]!.probabilities.positive! + second[i]!.probabilities.positive!) / 2;
      assertAlmostEquals(positive, mean, 1e-5);
      assertEquals(predicted, positive > 0.5 ? "positive" : "negative");
    }
    await stoppingAfter(whole.changes - 8, "killed", batch("killed"));
    assertEquals((await batch("killed")()).code, 0);
    for (const name of ["predictions.jsonl", "ensemble.json"]) {
      const bytes = (of: string) => Deno.readFile(join(folder, of, "small/seed=ensemble", name));
      assertEquals(await bytes("killed"), await bytes("whole"), name);
    }
    const predicted = await call(["predict", join(folder, "whole/small/seed=ensemble"), both[0]!.text]);
    const { probabilities } = JSON.parse(predicted.stdout);
    assertAlmostEquals(probabilities.positive, both[0]!.probabilities.positive!, 1e-4);
  }));

Deno.test("examples stand in the prompt of a run, are kept, and are there again when it predicts", () =>
  inFolder(async (folder) => {
    const prompt = { kind: "hard", examples: 2, template: "{text} it was {mask} ." };
    await ran(folder, { prompt, training: undefined, evaluation: { samples: [{ text: "a joy" }] } });
    const shown = await readLines(join(folder, "small/examples.jsonl"));
    assertEquals(shown.map(({ answer }) => answer).sort(), ["good", "very bad"]);
    const [sample] = await readLines(join(folder, "small/samples.jsonl"));
    const predicted = await call(["predict", join(folder, "small"), "a joy"]);
    assertEquals(JSON.parse(predicted.stdout).probabilities, sample!.probabilities, predicted.stderr);
    await Deno.writeTextFile(join(folder, "small/examples.jsonl"), `${JSON.stringify(shown[0])}\n`);
    const changed = await call(["predict", join(folder, "small"), "a joy"]);
    assertEquals(changed.code, 2);
    assertStringIncludes(changed.stderr, "examples.jsonl");
    const ensemble = { sweep: { seed: [0, 1] }, ensemble: { sweep: "seed" } };
    const soft = { ...prompt, kind: "soft", length: 2, template: "{prompt} {text} it was {mask} ." };
    const file = await writeExperiment(folder, { ...CLASSES, prompt: soft, ...ensemble });
    const refused = await call(["batch", file, "--results", folder]);
    assertStringIncludes(refused.stderr, "the prompts of an ensemble are tuned after other examples");
  }));

Deno.test("validations that leave classes out measure the loss of the right texts alone", () =>
  inFolder(async (folder) => {
    await ran(folder, {
      training: { batchSize: 8, epochs: 1, best: "loss" },
      evaluation: { validateOn: "loss" },
    });
    const history = await readLines(join(folder, "small/history.jsonl"));
    const { validation, test } = await metricsOf(folder);
    const [seen] = history.flatMap((line) => line.validation ?? []);
    assertAlmostEquals(Reflect.get(Object(seen), "loss"), validation.target.loss, 1e-5);
    assertEquals(Object.keys(Object(seen)), ["loss"]);
    assertEquals(test.examples, 100);
  }));

for (const name of ["t5", "bart"] as const) {
  Deno.test(`a prompt is tuned in front of the encoder of a small ${name}, which was compared with its own files`, () =>
    inFolder(async (folder) => {
      await writeTextModel(join(folder, "own"), name);
      const lines = Array.from({ length: 40 }, (_, i) => {
        const word = ["good", "bad", "great", "dull"][i % 4]!;
        return `the ${["film", "plot", "story"][i % 3]} was ${word}${i % 5 === 0 ? " and fun" : ""}\t${
          i % 2 === 0 ? "yes" : "no"
        }`;
      });
      await Deno.writeTextFile(join(folder, "data.tsv"), `text\tlabel\n${lines.join("\n")}\n`);
      await ran(folder, {
        model: { source: "own" },
        dataset: { file: "data.tsv", split: { test: 0.3, validation: 0.2 } },
        prompt: { kind: "soft", length: 3, template: "{prompt} {text} it was" },
        verbalizer: { yes: ["very good"], no: ["bad"] },
        training: { batchSize: 8, epochs: 4, optimizer: { learningRate: 0.3 } },
        evaluation: { samples: [{ text: "the film was slow" }] },
      });
      const history = await readLines(join(folder, "small/history.jsonl"));
      const losses = history.map(({ loss }) => Number(loss));
      assert(losses.at(-1)! < losses[0]!, losses.join());
      const environment = JSON.parse(await Deno.readTextFile(join(folder, "small/environment.json")));
      assert(environment.self_check.difference <= environment.self_check.tolerance);
      const [sample] = await readLines(join(folder, "small/samples.jsonl"));
      const predicted = await call(["predict", join(folder, "small"), "the film was slow"]);
      assertEquals(JSON.parse(predicted.stdout).probabilities, sample!.probabilities, predicted.stderr);
    }));
}
