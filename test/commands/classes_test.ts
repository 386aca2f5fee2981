import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { call, inFolder, writeExperiment } from "./softprompt.ts";

const HARD = { prompt: { kind: "hard", template: "{text} it was {mask} ." }, training: undefined };

/** Rows of these labels, as many as asked for of each. */
function rows(counts: Readonly<Record<string, number>>): string {
  const lines = Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => `film ${label} ${i},${label}\n`)
  );
  return `text,label\n${lines.join("")}`;
}

/** Two files with labels that are no classes of the verbalizer, in an experiment of these keys. */
async function writeLabels(folder: string, dataset: Record<string, unknown> = {}): Promise<string> {
  await Deno.writeTextFile(join(folder, "train.csv"), rows({ negative: 9, positive: 8, neutral: 3, "0": 1 }));
  await Deno.writeTextFile(
    join(folder, "test.csv"),
    rows({ negative: 4, positive: 5, mixed: 2, neutral: 1 }),
  );
  return await writeExperiment(folder, {
    ...HARD,
    dataset: { split: { train: "train.csv", test: "test.csv" }, validation: 0, ...dataset },
  });
}

Deno.test("labels of all files without a class are listed at once, and the lines that the error gives can be pasted", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const experiment = await writeLabels(folder);
    const { code, stderr } = await call(["run", experiment, "--results", results]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "3 values without a class: 0 (1), mixed (2), neutral (4);");
    const pasted = stderr.slice(stderr.indexOf("  labels:")).replaceAll(/^ {2}/gm, "    ");
    const yaml = [
      "name: pasted",
      `model: { source: ${join(folder, "model")} }`,
      "dataset:",
      "    split: { train: train.csv, test: test.csv }",
      "    validation: 0",
      pasted.trimEnd(),
      `prompt: ${JSON.stringify(HARD.prompt)}`,
      "verbalizer: { negative: [bad], positive: [good] }",
      "device: cpu",
    ];
    const path = join(folder, "pasted.yaml");
    await Deno.writeTextFile(path, `${yaml.join("\n")}\n`);
    const second = await call(["run", path, "--results", results]);
    assertEquals(second.code, 0, second.stderr);
    assertStringIncludes(
      second.stderr,
      "train.csv: 4 of 21 lines are left out: 4 have a label that 'labels' maps to null ('neutral': 3, '0': 1)",
    );
  }));

Deno.test("'others: drop' leaves lines of other classes out, which are counted on the terminal, in the run and in its report", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const experiment = await writeLabels(folder, { others: "drop" });
    const { code, stderr } = await call(["run", experiment, "--results", results]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(
      stderr,
      "train.csv: 4 of 21 lines are left out: 4 have a label of none of the classes, with 'others: drop' ('neutral': 3, '0': 1)",
    );
    const { dataset } = JSON.parse(await Deno.readTextFile(join(results, "small/environment.json")));
    assertEquals(dataset.left_out, { other: 7 });
    assertEquals(dataset.classes, {
      train: { negative: 9, positive: 8 },
      validation: { negative: 0, positive: 0 },
      test: { negative: 4, positive: 5 },
    });
    const report = await Deno.readTextFile(join(results, "small/report.html"));
    const [, table = ""] = /data-phrase="data">(.*?)<\/section>/s.exec(report) ?? [];
    assert(/negative<\/td>.*>9<.*>0<.*>4<.*positive<\/td>.*>8<.*>0<.*>5</s.test(table), table);
    assert(/label of none of the classes<\/span>: .*>7</s.test(table), table);
  }));

Deno.test("validate shows the number of examples of each class, once for runs with the same data", () =>
  inFolder(async (folder) => {
    const experiment = await writeLabels(folder, { others: "drop" });
    const written = JSON.parse(await Deno.readTextFile(experiment));
    await Deno.writeTextFile(
      experiment,
      JSON.stringify({ ...written, sweep: { "evaluation.batchSize": [8, 16] } }),
    );
    const { code, stdout, stderr } = await call(["validate", experiment, "--results", join(folder, "none")]);
    assertEquals(code, 0, stderr);
    const counted = stdout.split("\n").filter((line) => line.startsWith("classes of "));
    assertEquals(counted, [
      "classes of small/batchSize=8 and 1 more: training: negative 9, positive 8; test: negative 4, positive 5",
    ]);
    assertStringIncludes(stderr, "left out: 4 have a label of none of the classes");
  }));

Deno.test("'others: drop' refuses a class's own name that 'labels' does not list, and leaves out what is no class", () =>
  inFolder(async (folder) => {
    const labels = { neutral: "positive", positive: "positive" };
    const { code, stderr } = await call([
      "validate",
      await writeLabels(folder, { labels, others: "drop" }),
    ]);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      "has a value without a class: negative (13); the verbalizer's classes are negative, positive; 'dataset.labels' does not list negative, and it is unclear whether these mean the classes of the same names: map each value to a class, or to null",
    );
    assertStringIncludes(
      stderr,
      "  labels:\n    neutral: positive\n    positive: positive\n    negative: negative\n",
    );
    const listed = { ...labels, mixed: "negative", "0": "negative", negative: null };
    assertStringIncludes(
      (await call(["validate", await writeLabels(folder, { labels: listed, others: "drop" })])).stderr,
      "train.csv: 9 of 21 lines are left out: 9 have a label that 'labels' maps to null ('negative': 9)",
    );
  }));

Deno.test("'others: drop' that leaves nothing says why, and built-in data do not take it", () =>
  inFolder(async (folder) => {
    const labels = { good: "positive", negative: "bad", positive: "excellent" };
    const experiment = await writeLabels(folder, { labels, others: "drop" });
    const { code, stderr } = await call(["validate", experiment]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "is empty: it has no examples: all of its 33 lines are left out");
    const builtIn = await writeExperiment(folder, { dataset: { name: "reviews-demo", others: "drop" } });
    assertStringIncludes((await call(["validate", builtIn])).stderr, "'dataset.others' goes with a 'file'");
  }));
