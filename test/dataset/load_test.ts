import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { load as loadDataset } from "./loading.ts";
import { InputError } from "../../src/base/errors.ts";
import type { BuiltInDataset, FileDataset } from "../../src/experiment/types.ts";
import { ROOT, shared, sharedTest } from "../shared.ts";

const CLASSES = ["negative", "positive"];
const rt: BuiltInDataset = {
  name: "rt-polarity",
  path: shared("data"),
  clean: "none",
  split: "textcnn",
  validation: 0.1,
};
const byShares = { test: 0.25, validation: 0, seed: 0 };

sharedTest(
  "rt-polarity splits as the lab's TextCNN does, with as many distinct words once cleaned",
  async () => {
    const { train, test } = await loadDataset(
      { ...rt, clean: "textcnn", validation: 0 },
      "x.yaml",
      CLASSES,
      0,
    );
    assertEquals([train.length, test.length], [9594, 1068]);
    assertEquals(new Set([...train, ...test].flatMap(({ text }) => text.split(" "))).size, 18_842);
    assertEquals(test[0]!.id, "rt-polarity.neg:1069");
  },
);

sharedTest("rt-polarity is read as windows-1252", async () => {
  const { train, test } = await loadDataset({ ...rt, validation: 0 }, "x.yaml", CLASSES, 0);
  const letters = new Set([...train, ...test].flatMap(({ text }) => [...text]));
  assertEquals(["…", "‘", "–", "—"].filter((letter) => !letters.has(letter)), []);
  assertEquals(
    [...letters].filter((letter) => letter >= "\u0080" && letter < "\u00a0"),
    [],
    "no control characters",
  );
});

sharedTest("the validation set and the shots are drawn from the experiment's seed", async () => {
  const load = (seed: number) => loadDataset({ ...rt, shots: 16 }, "x.yaml", CLASSES, seed);
  const [a, b, again] = [await load(0), await load(1), await load(0)];
  assertEquals([a.train.length, a.validation.length], [32, 960]);
  assertEquals(again.sha256, a.sha256);
  assertEquals(a.sha256 === b.sha256, false);
  const ids = new Set(a.validation.map(({ id }) => id));
  assertEquals(a.train.filter(({ id }) => ids.has(id)), []);
});

Deno.test("reviews-demo is split already, and none of its texts is in two parts", async () => {
  const spec: BuiltInDataset = {
    name: "reviews-demo",
    path: join(ROOT, "data/reviews-demo"),
    clean: "none",
    split: { train: "train.tsv", validation: "validation.tsv", test: "test.tsv" },
    validation: 0.1,
  };
  const { train, validation, test } = await loadDataset(spec, "x.yaml", CLASSES, 0);
  assertEquals([train.length, validation.length, test.length], [286, 60, 100]);
  assertEquals(new Set([...train, ...validation, ...test].map(({ text }) => text)).size, 446);
});

Deno.test("a built-in dataset's file that is a link out of its folder is refused", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.symlink(join(ROOT, "README.md"), join(folder, "train.tsv"));
  const spec: BuiltInDataset = {
    name: "reviews-demo",
    path: folder,
    clean: "none",
    split: { train: "train.tsv", validation: "train.tsv", test: "train.tsv" },
    validation: 0.1,
  };
  await assertRejects(() => loadDataset(spec, "x.yaml", CLASSES, 0), InputError, "is a symbolic link to");
  await Deno.remove(folder, { recursive: true });
});

async function withFile(
  name: string,
  content: string,
  test: (spec: FileDataset) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, name), content);
  await test({
    file: join(folder, name),
    text: "text",
    label: "label",
    clean: "none",
    split: byShares,
    validation: 0,
  });
  await Deno.remove(folder, { recursive: true });
}

const FOUR = [["good", "positive"], ["fine, really", "positive"], ["bad", "negative"], [
  '"awful"',
  "negative",
]] as const;
const WRITTEN = {
  "a.tsv": ["text\tlabel", ...FOUR.map((row) => row.join("\t"))].join("\n"),
  "a.csv": ["label,text", ...FOUR.map(([text, label]) => `${label},"${text.replaceAll('"', '""')}"`)].join(
    "\r\n",
  ),
  "a.jsonl": FOUR.map(([text, label]) => JSON.stringify({ text, label })).join("\n") + "\n",
};
for (const [name, content] of Object.entries(WRITTEN)) {
  Deno.test(`labelled texts are read from ${name}`, () =>
    withFile(name, content, async (spec) => {
      const { train, test } = await loadDataset(
        { ...spec, split: { test: 0.5, validation: 0, seed: 0 } },
        "x.yaml",
        CLASSES,
        0,
      );
      assertEquals(
        [...train, ...test].map(({ text }) => text).toSorted(),
        FOUR.map(([text]) => text).toSorted(),
      );
    }));
}

for (
  const [what, name, content, message] of [
    ["an empty dataset", "a.tsv", "text\tlabel\n", "is empty: it has no examples"],
    [
      "a class without examples",
      "a.tsv",
      "text\tlabel\na\tpositive\nb\tpositive\n",
      "has no examples of the class 'negative' (negative 0, positive 2): remove it from 'verbalizer'",
    ],
    [
      "a label column that is not that of the classes",
      "a.csv",
      `label,text\n${Array.from({ length: 30 }, (_, i) => `text ${i},positive`).join("\n")}\n`,
      "a.csv' has 30 values that are no classes ('text 0', 'text 1', 'text 10', …)",
    ],
    [
      "one example of each class",
      "a.tsv",
      "text\tlabel\na\tpositive\nb\tnegative\n",
      "has no test examples (in total: negative 1, positive 1): a split draws them only from classes with two or more",
    ],
    [
      "a class without words",
      "a.tsv",
      `${WRITTEN["a.tsv"]}\nx\tneutral\ny\tneutral\n`,
      "has a value without a class: neutral (2)",
    ],
    [
      "a missing column",
      "a.csv",
      "body,label\na,positive\n",
      "a.csv:1: there is no column 'text' (found: body, label)",
    ],
    ["a line with too many columns", "a.tsv", "text\tlabel\na\tpositive\tmore\n", "a.tsv:2: 3 columns"],
    ["a broken line of JSON", "a.jsonl", '{"text": "a", "label": "positive"}\n{"text"\n', "a.jsonl:2: "],
  ] as const
) {
  Deno.test(`${what} is refused`, () =>
    withFile(name, content, async (spec) => {
      await assertRejects(
        () => loadDataset({ ...spec, split: { ...byShares, test: 0.5 } }, "x.yaml", CLASSES, 0),
        InputError,
        message,
      );
    }));
}

Deno.test("files that are missing or differ from the published ones are refused", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(
    () => loadDataset({ ...rt, path: folder }, "x.yaml", CLASSES, 0),
    InputError,
    "run 'deno task data rt-polarity'",
  );
  await Deno.writeTextFile(join(folder, "rt-polarity.neg"), "bad\n");
  await assertRejects(
    () => loadDataset({ ...rt, path: folder }, "x.yaml", CLASSES, 0),
    InputError,
    "its SHA-256 is",
  );
  await Deno.remove(folder, { recursive: true });
});
