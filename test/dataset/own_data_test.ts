import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import type { Dataset } from "../../src/dataset/load.ts";
import type { HubDataset } from "../../src/experiment/types.ts";
import { inFolder } from "../commands/softprompt.ts";
import { withHub } from "../hub/loopback_hub.ts";
import { load } from "./loading.ts";

const CLASSES = ["negative", "positive"];
const PARQUET = "test/fixtures/parquet";
const OWN = {
  clean: "none" as const,
  text: "text",
  label: "label",
  split: { test: 0.5, validation: 0, seed: 0 },
  validation: 0,
};

Deno.test("a file may have another delimiter, encoding, names of columns and of labels", () =>
  inFolder(async (folder) => {
    // "好看" and "难看" in GB 18030.
    const good = [0xba, 0xc3, 0xbf, 0xb4];
    const bad = [0xc4, 0xd1, 0xbf, 0xb4];
    const text = new TextEncoder();
    const rows = [...Array(4).keys()].flatMap((
      i,
    ) => [...(i % 2 ? good : bad), ...text.encode(`;${i % 2}\n`)]);
    await Deno.writeFile(join(folder, "a.csv"), Uint8Array.from([...text.encode("review;score\n"), ...rows]));
    const spec = {
      ...OWN,
      file: "a.csv",
      delimiter: ";",
      encoding: "gb18030",
      text: "review",
      label: "score",
      labels: { "0": "negative", "1": "positive" },
    };
    const { train, test } = await load(spec, join(folder, "x.yaml"), CLASSES, 0);
    assertEquals(
      new Set([...train, ...test].map(({ text, label }) => `${text} ${label}`)),
      new Set(["好看 positive", "难看 negative"]),
    );
    for (
      const [change, message] of [
        [{ encoding: "utf-8" }, "a.csv:2: its bytes are not utf-8: set 'dataset.encoding'"],
        [{ encoding: "latin-9000" }, "the encoding 'latin-9000' is unknown"],
        [
          { labels: { "0": "negative" } },
          "a.csv:3: the label column 'score' of 'a.csv' has a value without a class: 1 (2)",
        ],
      ] as const
    ) {
      await assertRejects(
        () => load({ ...spec, ...change }, join(folder, "x.yaml"), CLASSES, 0),
        InputError,
        message,
      );
    }
  }));

Deno.test("a template may contain several columns by their names", () =>
  inFolder(async (folder) => {
    const lines = ["entailment", "neutral", "contradiction"].flatMap((label) =>
      [1, 2].map((i) => JSON.stringify({ premise: `p ${label} ${i}`, hypothesis: `h ${i}`, label }))
    );
    await Deno.writeTextFile(join(folder, "a.jsonl"), lines.join("\n"));
    const classes = ["contradiction", "entailment", "neutral"];
    const file: string = join(folder, "x.yaml");
    const spec = { ...OWN, file: "a.jsonl" };
    const { train, test } = await load(spec, file, classes, 0, ["premise", "hypothesis"]);
    assertEquals([train.length, test.length], [3, 3]);
    const example = [...train, ...test].find(({ id }) => id === "a.jsonl:1")!;
    assertEquals(example, {
      id: "a.jsonl:1",
      text: "p entailment 1 | h 1",
      columns: { premise: "p entailment 1", hypothesis: "h 1" },
      label: "entailment",
    });
    await assertRejects(
      () => load(spec, file, classes, 0, ["premise", "hypotesis"]),
      InputError,
      "a.jsonl:1: there is no 'hypotesis' (found: premise, hypothesis, label)",
    );
  }));

Deno.test("files that are split already are used as they are, and texts in two of them are counted", async () => {
  const split = { train: "train.parquet", test: "test.parquet" };
  const { train, test, repeated } = await load({ ...OWN, split }, `${PARQUET}/x.yaml`, CLASSES, 0);
  assertEquals([train.length, test.length, repeated], [48, 6, 0]);
  const same = { train: "test.parquet", test: "bare.parquet" };
  const labels = { "0": "negative", "1": "positive", negative: "negative", positive: "positive" };
  const twice = await load({ ...OWN, split: same, labels }, `${PARQUET}/x.yaml`, CLASSES, 0);
  assertEquals(twice.repeated, 6);
});

Deno.test("a Parquet file's numbers are classes by the names in the file, or by the experiment's", async () => {
  const named = await load({ ...OWN, file: "test.parquet" }, `${PARQUET}/x.yaml`, CLASSES, 0);
  assertEquals(named.test.length, 4);
  const own = { negative: "positive", "1": "negative" };
  const mapped = await load({ ...OWN, file: "test.parquet", labels: own }, `${PARQUET}/x.yaml`, CLASSES, 0);
  const turned = new Map(mapped.test.map(({ id, label }) => [id, label]));
  for (const { id, label } of named.test) assertEquals(turned.has(id) && turned.get(id) === label, false);
  await assertRejects(
    () => load({ ...OWN, file: "bare.parquet" }, `${PARQUET}/x.yaml`, CLASSES, 0),
    InputError,
    "2 values without a class: 0 (3), 1 (3); the verbalizer's classes are negative, positive: ",
  );
});

Deno.test("a cut-off Parquet file is refused", () =>
  inFolder(async (folder) => {
    const whole = await Deno.readFile(`${PARQUET}/train.parquet`);
    await Deno.writeFile(join(folder, "a.parquet"), whole.subarray(0, 900));
    await assertRejects(
      () => load({ ...OWN, file: "a.parquet" }, join(folder, "x.yaml"), CLASSES, 0),
      InputError,
      "a.parquet is not a Parquet file, or is truncated or damaged (900 bytes)",
    );
  }));

const COMMIT = "fedcba9876543210fedcba9876543210fedcba98";

/** Loads a dataset on the hub; gives the message where there is an error. */
type LoadHub = (spec: Partial<HubDataset>) => Promise<Dataset & { readonly error?: string }>;

/** A dataset on the hub, converted to Parquet. */
async function withDataset(
  files: Record<string, string>,
  test: (load: LoadHub) => Promise<void>,
): Promise<void> {
  const read = Object.entries(files).map(async (
    [path, name],
  ) => [path, await Deno.readFile(join(PARQUET, name))]);
  const content = {
    type: "dataset" as const,
    name: "acme/reviews",
    commit: COMMIT,
    branch: "refs/convert/parquet",
    files: Object.fromEntries(await Promise.all(read)),
  };
  await inFolder((folder) =>
    withHub([content], ({ url }) => test((spec) => loadHub(spec, { HF_ENDPOINT: url, HF_HUB_CACHE: folder })))
  );
}

async function loadHub(spec: Partial<HubDataset>, env: Record<string, string>): ReturnType<LoadHub> {
  const split = { train: "train", test: "test" };
  const whole = { ...OWN, source: "acme/reviews", revision: "refs/convert/parquet", split, ...spec };
  const program = fromFileUrl(new URL("load_process.ts", import.meta.url));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", program, JSON.stringify(whole), JSON.stringify(CLASSES)],
    env,
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("a dataset on the hub is read from its Parquet files, by its own splits or by shares of one", () =>
  withDataset(
    {
      "default/train/0000.parquet": "train.parquet",
      "default/train/0001.parquet": "test.parquet",
      "default/test/0000.parquet": "test.parquet",
    },
    async (load) => {
      const own = await load({});
      assertEquals([own.train.length, own.test.length, own.revision, own.repeated], [54, 6, COMMIT, 6]);
      assertEquals([own.train[0]!.id, own.test[0]!.id], ["train.0:1", "test:1"]);
      const shares = await load({ split: { of: "train", test: 0.5, validation: 0, seed: 0 } });
      assertEquals([shares.train.length, shares.test.length], [26, 28]);
      const { error = "" } = await load({ split: { train: "train", test: "validation" } });
      assertStringIncludes(error, "has no split 'validation' (it has test, train)");
    },
  ));

Deno.test("of several configurations one must be named", () =>
  withDataset(
    {
      "plain/train/0000.parquet": "train.parquet",
      "plain/test/0000.parquet": "test.parquet",
      "long/train/0000.parquet": "train.parquet",
    },
    async (load) => {
      assertEquals((await load({ config: "plain" })).train.length, 48);
      const message = "has the configurations long, plain: name one as 'dataset.config'";
      for (const spec of [{}, { config: "short" }]) {
        assertStringIncludes((await load(spec)).error ?? "", message);
      }
    },
  ));

Deno.test("a column of ids names the examples, and each of them once", () =>
  inFolder(async (folder) => {
    const file: string = join(folder, "x.yaml");
    const spec = { ...OWN, file: "a.csv", id: "key" };
    const written = (keys: readonly string[]) =>
      Deno.writeTextFile(
        join(folder, "a.csv"),
        `key,text,label\n${keys.map((key, i) => `${key},t ${i},${CLASSES[i % 2]}`).join("\n")}\n`,
      );
    await written(["k1", "k2", "k3", "k4"]);
    const { train, test } = await load(spec, file, CLASSES, 0);
    assertEquals([...train, ...test].map(({ id }) => id).toSorted(), ["k1", "k2", "k3", "k4"]);
    await written(["k1", "k2", "k1", "k4"]);
    await assertRejects(
      () => load(spec, file, CLASSES, 0),
      InputError,
      "a.csv:4: 'key' is 'k1' as in line 2",
    );
    await written(["k1", "", "k3", "k4"]);
    await assertRejects(() => load(spec, file, CLASSES, 0), InputError, "a.csv:3: the column 'key' is empty");
    await assertRejects(
      () => load({ ...spec, id: "name" }, file, CLASSES, 0),
      InputError,
      "a.csv:1: there is no column 'name' (found: key, text, label)",
    );
  }));

Deno.test("a label that is a property of every JavaScript object is mapped by 'labels', and by nothing else", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.csv"), "text,label\na,1\nb,0\nc,constructor\n");
    const labels = { "0": "negative", "1": "positive" };
    await assertRejects(
      () => load({ ...OWN, file: "a.csv", labels }, join(folder, "x.yaml"), CLASSES, 0),
      InputError,
      "a.csv:4: the label column 'label' of 'a.csv' has a value without a class: constructor (1)",
    );
    await assertRejects(
      () => load({ ...OWN, file: "a.csv" }, join(folder, "x.yaml"), CLASSES, 0, ["toString"]),
      InputError,
      "a.csv:1: there is no column 'toString'",
    );
  }));
