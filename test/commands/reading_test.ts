import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { loadRun } from "softprompt";
import { InputError } from "../../src/base/errors.ts";
import { MINI } from "../shared.ts";
import { call, inFolder, readLines, writeExperiment } from "./softprompt.ts";

const RAW = "Beautiful costumes, hideous (100%) bore.";
const HARD = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };

/** A file of texts that the lab's preprocessing changes. */
async function writeData(folder: string): Promise<void> {
  const rows = [["a joy .", "positive"], [RAW, "negative"], ["dull - and long .", "negative"]];
  const lines = rows.map(([text, label]) => JSON.stringify({ text, label }));
  await Deno.writeTextFile(join(folder, "data.jsonl"), lines.join("\n"));
}

Deno.test("a text is read in the same way by a run, its samples, its transfer data, and every use of its prompt", () =>
  inFolder(async (folder) => {
    await writeData(folder);
    const file = await writeExperiment(folder, {
      ...HARD,
      dataset: { split: { train: "data.jsonl", test: "data.jsonl" }, validation: 0, clean: "textcnn" },
      evaluation: { samples: [{ text: ` ${RAW}` }], transfer: [{ file: "data.jsonl", as: "same" }] },
    });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const run: string = join(folder, "small");
    const answers = await Promise.all(
      ["predictions.jsonl", "predictions.same.jsonl"].map((name) => readLines(join(run, name))),
    );
    const [own, same] = answers.map((lines) => lines[1]!);
    assertEquals([own!.text, same!.probabilities], ["Beautiful costumes hideous bore", own!.probabilities]);
    const loaded = await loadRun(run);
    for (const answer of await loaded.classify([RAW, ` ${RAW}\n`, { text: RAW }])) {
      assertEquals(answer.probabilities, own!.probabilities);
    }
    const nothing = JSON.parse("[null]");
    await assertRejects(() => loaded.classify(nothing), InputError, "text 1 is null: it must be a string");
    await loaded.release();
    const { positive } = own!.probabilities as Record<string, number>;
    assertStringIncludes(
      await Deno.readTextFile(join(run, "samples.md")),
      `| positive | ${positive!.toFixed(3)} |`,
    );
  }));

Deno.test("a text, a template or an initial prompt that holds a token without a row is refused before anything runs", () =>
  inFolder(async (folder) => {
    await writeData(folder);
    const model: string = join(folder, "model");
    await Deno.mkdir(join(model, "onnx"), { recursive: true });
    await Deno.symlink(join(MINI, "onnx/model.onnx"), join(model, "onnx/model.onnx"));
    await Deno.copyFile(join(MINI, "config.json"), join(model, "config.json"));
    const tokenizer = JSON.parse(await Deno.readTextFile(join(MINI, "tokenizer.json")));
    tokenizer.added_tokens.push({ ...tokenizer.added_tokens[0], id: 8192, content: "hideous" });
    await Deno.writeTextFile(join(model, "tokenizer.json"), JSON.stringify(tokenizer));
    const template = "{prompt} {text} it was {mask} .";
    const soft = { kind: "soft", length: 2, template };
    const message = "'hideous' has the id 8192, but the model has 8192 rows";
    for (
      const [prompt, place] of [
        [HARD.prompt, "data.jsonl:2: "],
        [{ kind: "hard", template: "{text} hideous {mask}" }, "experiment.yaml:"],
        [{ ...soft, initialization: { from: "text", text: "not hideous" } }, "experiment.yaml:"],
      ] as const
    ) {
      const training = prompt.kind === "soft" ? { steps: 1 } : undefined;
      const dataset = { split: { train: "data.jsonl", test: "data.jsonl" }, validation: 0 };
      const file = await writeExperiment(folder, { model: { source: model }, dataset, prompt, training });
      const { code, stderr } = await call(["validate", file]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
      assertStringIncludes(stderr, place);
    }
  }));
