import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { ExampleFiles } from "../../src/dataset/example_files.ts";
import { type AnsweredData, loadAnswered } from "../../src/dataset/load_answered.ts";
import type { AnsweredTable } from "../../src/dataset/table.ts";
import { readAnsweredTable } from "../../src/dataset/table.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { parseTarget } from "../../src/experiment/template.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { loadAnsweredTransfer } from "../../src/dataset/transfer.ts";
import { inFolder } from "../commands/softprompt.ts";

/** Reads a file whose template has `{question}`, or these columns. */
async function read(
  name: string,
  content: string,
  { target = "{answer}", missing, placeholders = ["question"], text = "text" }: {
    readonly target?: string;
    readonly missing?: "drop";
    readonly placeholders?: readonly string[];
    readonly text?: string;
  } = {},
): Promise<AnsweredTable & { readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const folder = await Deno.makeTempDir();
  try {
    const path: string = join(folder, name);
    await Deno.writeTextFile(path, content);
    const columns = { text, placeholders, target: parseTarget(target) };
    const note = (line: string) => void notes.push(line.replaceAll(folder, "."));
    return { ...await readAnsweredTable(path, columns, { missing, note }), notes };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const pairs = ({ examples }: AnsweredTable) => examples.map(({ text, targets }) => [text, ...targets]);
const LINES = '{"question":"who","answer":["Ada "," Ada Lovelace"]}\n{"question":"when","answer":1843}\n';

Deno.test("right answers are read from every kind of file, and the same from each", async () => {
  const expected = [["who", "Ada"], ["when", "1843"]];
  assertEquals(pairs(await read("a.csv", "question,answer\nwho, Ada\nwhen,1843\n")), expected);
  assertEquals(pairs(await read("a.tsv", "question\tanswer\nwho\tAda \nwhen\t1843\n")), expected);
  assertEquals(pairs(await read("a.jsonl", LINES)), [["who", "Ada", "Ada Lovelace"], ["when", "1843"]]);
  const array = `[${LINES.trim().replace("\n", ",")}]`;
  assertEquals(pairs(await read("a.json", array)), [["who", "Ada", "Ada Lovelace"], ["when", "1843"]]);
});

Deno.test("a target is made of several columns, of which one may hold a list", async () => {
  const lines = '{"q":"?","name":["Ada","Countess"],"year":1815}\n';
  const asked = { target: "{name}, {year}.", placeholders: ["text"], text: "q" };
  assertEquals(pairs(await read("a.jsonl", lines, asked)), [["?", "Ada, 1815.", "Countess, 1815."]]);
  const both = '{"q":"?","name":["a","b"],"year":[1,2]}\n';
  await assertRejects(
    () => read("a.jsonl", both, asked),
    InputError,
    "a.jsonl:1: 'name' and 'year' both hold lists, so it is open which texts of them form an answer",
  );
});

const FAULTY = `${LINES}{"question":"where"}
{"question":"why","answer":null}
{"question":"how","answer":" "}
{"question":"which","answer":[]}
{"question":"whose","answer":["",""]}
{"question":"what","answer":{"a":1}}
{"question":"whence","answer":["here",null]}
`;

Deno.test("lines without a right answer are left out and counted by reason where that is asked for", async () => {
  const found = await read("a.jsonl", FAULTY, { missing: "drop" });
  assertEquals(pairs(found).length, 2);
  assertEquals(found.leftOut.counts, { absent: 1, null: 1, empty: 3, not_text: 2 });
  assertEquals(found.notes, [
    "./a.jsonl: 7 of 9 lines are left out: 1 has no column of the right answer ('answer': 1); 1 has null in a required column ('answer': 1); 3 have an empty right answer ('answer': 3); 2 have a right answer that is no text ('answer': 2)",
  ]);
});

for (
  const [line, what] of [
    ['{"question":"where"}', "not there (found: question)"],
    ['{"question":"why","answer":null}', "null"],
    ['{"question":"how","answer":" "}', "empty"],
    ['{"question":"which","answer":[]}', "an empty list"],
    ['{"question":"what","answer":{"a":1}}', "an object"],
    ['{"question":"whence","answer":["here",null]}', "a list with null"],
  ] as const
) {
  Deno.test(`a line whose answer is ${what} is refused with the way out`, async () => {
    await assertRejects(
      () => read("a.jsonl", `${LINES}${line}\n`),
      InputError,
      `a.jsonl:3: the right answer is missing: 'answer' is ${what}: write a text or a list of texts, or set 'dataset.missing: drop'`,
    );
  });
}

Deno.test("a table without the target's column is refused by name, and so is a .txt file", async () => {
  await assertRejects(
    () => read("a.csv", "question,reply\nwho,Ada\n"),
    InputError,
    "there is no column 'answer'",
  );
  await assertRejects(
    () => read("a.txt", "who Ada\n"),
    InputError,
    "a .txt file has no column for the right answer",
  );
});

Deno.test("a column of a Parquet file may hold lists", async () => {
  const columns = { text: "question", placeholders: ["text"], target: parseTarget("{answers} in {year}") };
  const read = await readAnsweredTable("test/fixtures/parquet/answers.parquet", columns, {
    missing: "drop",
    note: () => {},
  });
  assertEquals(pairs(read), [["who", "Ada in 1815", "Ada Lovelace in 1815"], ["when", "1843 in 1843"]]);
  assertEquals(read.leftOut.counts, { empty: 1, null: 1, not_text: 1 });
});

/** Loads the dataset of an experiment with free texts. */
async function load(folder: string, dataset: object, seed = 0): Promise<AnsweredData> {
  const file: string = join(folder, "x.yaml");
  const experiment = parseExperiment(
    JSON.stringify({
      name: "x",
      model: { source: "m" },
      dataset,
      prompt: { kind: "hard", template: "{question}" },
      answer: { kind: "text", target: "{answer}" },
      seed,
    }),
    file,
  );
  if (experiment.answer === undefined || experiment.verbalizer !== undefined) {
    throw new Error("no free texts");
  }
  const reporter = logDownloads(() => {});
  const target = parseTarget(experiment.answer.target);
  return await loadAnswered(
    experiment.dataset,
    target,
    file,
    seed,
    ["question"],
    reporter,
    new ExampleFiles(),
  );
}

const many = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `{"question":"q${from + i}","answer":"a${from + i}"}\n`).join(
    "",
  );

Deno.test("texts without classes are split by shares, and shots are drawn of all of them", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.jsonl"), many(0, 100));
    const split = { test: 0.2, validation: 0.1 };
    const { train, validation, test, isDrawn } = await load(folder, { file: "a.jsonl", split });
    assertEquals([train.length, validation.length, test.length, isDrawn], [70, 10, 20, false]);
    const texts = [...train, ...validation, ...test].map(({ text }) => text);
    assertEquals(new Set(texts).size, 100);
    const few = { file: "a.jsonl", split, shots: 5 };
    const [first, second] = [await load(folder, few), await load(folder, few, 1)];
    assertEquals([first.train.length, second.train.length, first.isDrawn], [5, 5, true]);
    assertEquals(first.test, second.test);
    assertEquals(first.sha256 === second.sha256, false);
    await assertRejects(
      () => load(folder, { ...few, shots: 71 }),
      InputError,
      "'dataset.shots: 71' is more than the 70 training examples",
    );
  }));

Deno.test("a dataset without any right answer is empty, and one without test examples is refused", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.jsonl"), '{"question":"who"}\n'.repeat(3));
    await assertRejects(
      () => load(folder, { file: "a.jsonl", missing: "drop" }),
      InputError,
      "the dataset 'a.jsonl' is empty: all of its 3 lines are left out",
    );
    await Deno.writeTextFile(join(folder, "b.jsonl"), many(0, 1));
    await assertRejects(
      () => load(folder, { file: "b.jsonl" }),
      InputError,
      "the dataset 'b.jsonl' has no test examples (in total: 1): a split draws them only from two or more",
    );
  }));

Deno.test("other data with right answers are read whole, and refused where there are none", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "b.jsonl"), `${many(0, 3)}{"question":"why"}\n`);
    const spec = { file: "b.jsonl", as: "b", clean: "none", text: "text", missing: "drop" } as const;
    const load = (target: string) =>
      loadAnsweredTransfer(
        spec,
        0,
        parseTarget(target),
        join(folder, "x.yaml"),
        ["question"],
        logDownloads(() => {}),
        new ExampleFiles(),
      );
    const { examples, notes } = await load("{answer}");
    assertEquals([examples.map(({ targets }) => targets[0]), notes.length], [["a0", "a1", "a2"], 1]);
    await assertRejects(() => load("{reply}"), InputError, "the data 'b' have no examples");
  }));
