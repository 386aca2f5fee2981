import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { MINI, shared, sharedTest } from "../shared.ts";
import { call, inFolder, readLines, writeExperiment } from "./softprompt.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));

Deno.test("what was tuned is scored on other data, whose labels are mapped or left out", () =>
  inFolder(async (folder) => {
    const rows = [
      "5 a joy from start to end .",
      "1 dull and much too long .",
      "3 it is a film .",
      "4 ",
    ];
    await Deno.writeTextFile(join(folder, "stars.txt"), `${rows.join("\n")}\n`);
    await Deno.writeTextFile(join(folder, "plain.tsv"), "text\tlabel\nbad\tnegative\ngood\tpositive\n");
    const transfer = [
      { file: "stars.txt", labels: { 1: "negative", 3: null, 4: "positive", 5: "positive" } },
      { file: "plain.tsv", as: "words" },
    ];
    const training = { batchSize: 8, steps: 4 };
    const file = await writeExperiment(folder, { training, evaluation: { transfer } });
    const { code, stderr } = await call(["run", file, "--results", folder]);
    assertEquals(code, 0, stderr);
    const metrics = await json(folder, "small/metrics.json");
    assertEquals(Object.keys(metrics.transfer), ["stars", "words"]);
    assertEquals([metrics.transfer.stars.examples, metrics.transfer.words.examples], [3, 2]);
    const lines = await readLines(join(folder, "small/predictions.stars.jsonl"));
    assertEquals(lines.map(({ id, label }) => [id, label]), [
      ["stars.txt:1", "positive"],
      ["stars.txt:2", "negative"],
      ["stars.txt:4", "positive"],
    ]);
    const right = lines.filter(({ label, predicted }) => label === predicted).length;
    assertEquals(metrics.transfer.stars.accuracy.value, right / 3);
    assertStringIncludes(await Deno.readTextFile(join(folder, "small/report.html")), "stars");

    // The transfer data are part of a run's content.
    const same = await call(["run", file, "--results", folder]);
    assertStringIncludes(same.stderr, "nothing has changed");
    await Deno.writeTextFile(join(folder, "plain.tsv"), "text\tlabel\nbad\tnegative\nfine\tpositive\n");
    const other = await call(["run", file, "--results", folder]);
    assert(!other.stderr.includes("nothing has changed"), other.stderr);

    const wrong = async (transfer: unknown[], message: string) => {
      const { code, stderr } = await call([
        "validate",
        await writeExperiment(folder, { evaluation: { transfer } }),
      ]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
    };
    await wrong([{ file: "stars.txt" }], "the label column 'label' of 'stars' has ");
    await wrong([{ file: "gone.txt" }], "gone.txt");
    await wrong([{}], "need exactly one of 'name', 'file' and 'source' (on the hub)");
    await wrong([{ file: "plain.tsv" }, { file: "plain.tsv" }], "distinguish them by 'as'");
    await Deno.writeTextFile(join(folder, "stars.txt"), "1 fine\nalone\n");
    await wrong([{ file: "stars.txt" }], "stars.txt:2: the line must be a label, a space and a text");
  }));

const QUESTIONS = {
  description: "0",
  entity: "1",
  abbreviation: "2",
  human: "3",
  number: "4",
  location: "5",
};

sharedTest(
  "six classes of questions are learned from files of labels and texts, and scored",
  () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, {
        name: "questions",
        model: { source: MINI },
        dataset: {
          split: { train: shared("data", "trec.train.txt"), test: shared("data", "trec.test.txt") },
          encoding: "latin1",
          validation: 0.02,
          labels: Object.fromEntries(Object.entries(QUESTIONS).map(([name, value]) => [value, name])),
        },
        prompt: { kind: "soft", length: 5, template: "{prompt} {text} {mask} ." },
        verbalizer: {
          description: ["meaning"],
          entity: ["thing"],
          abbreviation: ["short"],
          human: ["person"],
          number: ["number"],
          location: ["place"],
        },
        training: { optimizer: { learningRate: 0.1 }, batchSize: 32, steps: 40 },
        evaluation: {},
      });
      const { code, stderr } = await call(["run", file, "--results", folder]);
      assertEquals(code, 0, stderr);
      const { test, majority } = await json(folder, "questions/metrics.json");
      assertEquals([test.examples, test.confusion.classes], [500, Object.keys(QUESTIONS)]);
      assert(
        test.accuracy.value > majority.accuracy + 0.05,
        `${test.accuracy.value} and ${majority.accuracy}`,
      );
      assertEquals(
        Object.keys(
          (await readLines(join(folder, "questions/predictions.jsonl")))[0]!.probabilities as object,
        ),
        [
          ...Object.keys(QUESTIONS),
        ],
      );
    }),
);
