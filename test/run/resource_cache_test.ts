import { parseWords } from "../experiment/parse_words.ts";
import { assertEquals } from "@std/assert";
import { basename, join } from "@std/path";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { isClassExperiment } from "../../src/experiment/class_experiment.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { ResourceCache } from "../../src/run/resource_cache.ts";
import { writeSmallModel } from "../commands/small_model.ts";
import { inFolder } from "../commands/softprompt.ts";

/** More of each than a small cache would keep. */
const MANY = 12;
const NUMBERS = Array.from({ length: MANY }, (_, i) => i);

/** Counts how often each file is read from its beginning, by its name. */
async function countingReads(act: () => Promise<void>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const { open, readFile } = Deno;
  const count = (path: string | URL) => {
    const name = basename(String(path));
    counts[name] = (counts[name] ?? 0) + 1;
  };
  Deno.open = (path, options) => (count(path), open(path, options));
  Deno.readFile = (path, options) => (count(path), readFile(path, options));
  try {
    await act();
  } finally {
    Object.assign(Deno, { open, readFile });
  }
  return counts;
}

/** A batch's two passes over a sweep's data, as its plan and its runs take them; the data that the runs got. */
async function twoPasses(
  folder: string,
  sweep: Record<string, unknown[]>,
  dataset: object,
): Promise<string[]> {
  const experiment = {
    name: "x",
    model: { source: "m" },
    dataset: { validation: 0, ...dataset },
    prompt: { kind: "hard", template: "{text} it was {mask} ." },
    verbalizer: { negative: ["bad"], positive: ["good"] },
    evaluation: { transfer: [{ file: "other.tsv" }] },
    sweep,
  };
  const file = join(folder, "x.yaml");
  const reporter = logDownloads(() => {});
  const resources = new ResourceCache({ reporter, keepsSessions: true });
  const variants = parseVariants(JSON.stringify(experiment), file);
  const classes = ["negative", "positive"];
  const pass = async () => {
    const hashes: string[] = [];
    for (const { experiment } of variants) {
      if (!isClassExperiment(experiment)) throw new Error("its answers are no classes");
      hashes.push((await resources.dataset(experiment, file, classes)).sha256);
      await resources.transfer(experiment, file, classes);
    }
    return hashes;
  };
  const first = await pass();
  assertEquals(await pass(), first);
  return first;
}

Deno.test("of many models the last few are kept", () =>
  inFolder(async (folder) => {
    await writeSmallModel(join(folder, "model"));
    for (const i of NUMBERS) await Deno.symlink(join(folder, "model"), join(folder, `${i}`));
    const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: true });
    const asked = parseWords(
      `{ name: x, model: { source: m }, dataset: { name: rt-polarity }, verbalizer: { bad: [b], good: [g] },
         prompt: { kind: hard, template: "{text} {mask}" } }`,
      "x.yaml",
    );
    const model = (i: number) =>
      resources.model(
        { ...asked, model: { source: `./${i}`, file: "onnx/model.onnx" } },
        join(folder, "x.yaml"),
      );
    const first = await Promise.all(NUMBERS.map((i) => model(i)));
    const last = MANY - 1;
    assertEquals(await model(last) === first[last], true, "the last one is still there");
    assertEquals(await model(0) === first[0], false, "the first one is read again");
    assertEquals(await model(last) === first[last], true, "what was requested recently stays");
  }));

async function writeTable(path: string, word: string): Promise<void> {
  const rows = Array.from({ length: 60 }, (_, i) => `${word} ${i}\t${i % 2 ? "positive" : "negative"}`);
  await Deno.writeTextFile(path, ["text\tlabel", ...rows].join("\n"));
}

for (
  const [what, sweep, dataset, names] of [
    [
      "datasets",
      { "dataset.file": NUMBERS.map((i) => `${i}.tsv`) },
      { file: "0.tsv" },
      NUMBERS.map((i) => `${i}.tsv`),
    ],
    ["seeds", { seed: NUMBERS }, { file: "0.tsv", validation: 0.4, split: { test: 0.5 } }, ["0.tsv"]],
    ["seeds of the split", { "dataset.split.seed": NUMBERS }, {
      file: "0.tsv",
      split: { test: 0.5, seed: 0 },
    }, [
      "0.tsv",
    ]],
  ] as const
) {
  Deno.test(`a batch of many ${what} reads each file once`, () =>
    inFolder(async (folder) => {
      for (const i of NUMBERS) await writeTable(join(folder, `${i}.tsv`), `film ${i}`);
      await writeTable(join(folder, "other.tsv"), "other");
      let hashes: string[] = [];
      const counts = await countingReads(async () => {
        hashes = await twoPasses(folder, sweep as unknown as Record<string, unknown[]>, dataset);
      });
      assertEquals(new Set(hashes).size, MANY, "each run has data of its own");
      assertEquals(counts, Object.fromEntries([...names, "other.tsv"].map((name) => [name, 1])));
    }));
}
