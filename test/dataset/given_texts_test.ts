import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { join } from "@std/path";
import { givenTexts, type Reader } from "../../src/dataset/given_texts.ts";
import { InputError } from "../../src/base/errors.ts";
import type { FileDataset } from "../../src/experiment/types.ts";
import { inFolder } from "../commands/softprompt.ts";

const TUNED_ON: FileDataset = {
  file: "reviews.csv",
  text: "review",
  label: "stars",
  clean: "none",
  split: { test: 0.1, validation: 0.1, seed: 0 },
  validation: 0.1,
};

/** What reading needs. Standard input is not asked for here. */
const READER: Reader = {
  placeholders: ["text"],
  dataset: TUNED_ON,
  classes: ["good", "bad"],
  stdin: () => ReadableStream.from<Uint8Array<ArrayBuffer>>([]),
  note: () => {},
};

interface Asked {
  readonly placeholders?: readonly string[];
  readonly dataset?: Partial<FileDataset>;
  readonly encoding?: string;
}

/** Writes a file and reads it as texts of a run; with the notes on it. */
async function readGiven(
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  { placeholders = ["text"], dataset, encoding }: Asked = {},
) {
  const notes: string[] = [];
  const given: Record<string, string>[] = [];
  const shown: unknown[] = [];
  const labels: unknown[] = [];
  await inFolder(async (folder) => {
    const path: string = join(folder, name);
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    const reader: Reader = {
      ...READER,
      placeholders,
      dataset: { ...TUNED_ON, ...dataset },
      encoding,
      note: (line) => notes.push(line),
    };
    for await (const one of givenTexts(path, reader)) {
      given.push(one.placed);
      shown.push(one.shown);
      labels.push(one.label);
    }
  });
  return { given, shown, labels, notes };
}

const TWO = [{ text: "a joy" }, { text: "dull" }];
const LINES = '{"review": "a joy", "stars": 5}\n\n{"review": "dull", "stars": null}\n';

Deno.test("the column that the run was tuned on is the text, in files of all kinds", async () => {
  for (
    const [name, content] of [
      ["a.csv", "stars,review\n5,a joy\n1,dull\n"],
      ["a.csv", "review;note\na joy;x\ndull;\n"],
      ["A.TSV", "review\na joy\ndull\n"],
      ["a.jsonl", LINES],
      ["a.NDJSON", LINES],
      ["a.json", `[${LINES.trim().replace("\n\n", ",")}]`],
      ["a.jsonl.gz", new Uint8Array(gzipSync(LINES))],
      ["a.csv.gz", new Uint8Array(gzipSync("review\na joy\ndull\n"))],
      ["a.jsonl", '{"text": "a joy"}\r"dull"\r\n'],
      ["a.txt", "\ufeffa joy\r\ndull"],
    ] as const
  ) assertEquals((await readGiven(name, content)).given, TWO, name);
});

Deno.test("a blank line of a .txt file is a text, so that answers match line numbers; one of .jsonl is none, which is reported", async () => {
  const { given, notes } = await readGiven("a.txt", "\na joy\n\n  \ndull\n\n");
  assertEquals(given.map(({ text }) => text), ["", "a joy", "", "  ", "dull", ""]);
  assertEquals(notes, []);
  assertEquals((await readGiven("a.txt", "\n\n", { dataset: { file: "tuned.txt" } })).given.length, 2);
  assertStringIncludes((await readGiven("a.jsonl", LINES)).notes.join(), "a.jsonl: 1 empty line is skipped");
});

Deno.test("the template may contain other columns by their names, and all are written with the answer", async () => {
  const { given, shown } = await readGiven("a.jsonl", '{"id": 7, "title": 3, "review": true}\n', {
    placeholders: ["title", "text"],
  });
  assertEquals(given, [{ title: "3", text: "true" }]);
  assertEquals(shown, [{ id: 7, title: 3, review: true }]);
});

Deno.test("a file of the same kind as the run's data is read as they are, one of another kind is not", async () => {
  const dataset = { delimiter: "|", columns: ["stars", "review"], encoding: "gb18030" };
  const content = Uint8Array.from([0x31, 0x7c, 0xba, 0xc3, 0xbf, 0xb4, 0x0a]);
  const { given, notes } = await readGiven("b.csv", content, { dataset });
  assertEquals(given, [{ text: "好看" }]);
  assertEquals(notes.length, 1);
  assertStringIncludes(notes[0]!, "b.csv is read as gb18030, like the run's data; --encoding sets another");
  assertEquals((await readGiven("b.csv", "1|好看\n", { dataset, encoding: "utf-8" })).notes, []);
  assertEquals((await readGiven("b.jsonl", '{"review": "好看"}', { dataset })).given, [{ text: "好看" }]);
});

const REFUSED: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, Asked, string])[] = [
  ["a.jsonl", '{"review": null}\n', {}, "a.jsonl:1: 'review' is null"],
  ["a.jsonl", '{"review": "x"}\n[1]\n', {}, "a.jsonl:2: a line must be an object, got an array"],
  ["a.jsonl", '{"revue": "x"}\n', {}, "a.jsonl:1: there is no 'review' (found: revue)"],
  ["a.csv", "", {}, "a.csv:1: there is no column 'review' (found: nothing)"],
  [
    "a.csv",
    "revue\nx\n",
    {},
    "a.csv:1: there is no column 'review' (found: revue): use the format of the run's data",
  ],
  [
    "a.txt",
    "x\n",
    { placeholders: ["title", "text"] },
    "a.txt:1: a line is one text, and the run's template has",
  ],
  [
    "a.txt",
    Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a),
    {},
    "a.txt:2: its bytes are not utf-8: pass the file's encoding with '--encoding' (windows-1252",
  ],
  [
    "a.txt",
    Uint8Array.of(0xff, 0xfe, 0x61, 0),
    {},
    "a.txt is utf-16le, not utf-8, according to its byte order mark",
  ],
  [
    "a.txt",
    Uint8Array.of(0x61, 0, 0x62, 0),
    {},
    "a.txt:1: it is utf-16le, not utf-8: pass '--encoding utf-16le'",
  ],
  ["a.txt", Uint8Array.of(0x61, 0xe2, 0x82), {}, "a.txt:1: its bytes are not utf-8"],
  ["a.xlsx", "PK", {}, "save it as one of .csv"],
  [
    "a.parquet",
    "PAR1",
    { encoding: "gb18030" },
    "a.parquet is a Parquet file, and those are always UTF-8",
  ],
  ["a.jsonl", LINES, { encoding: "gb-18030" }, "the encoding 'gb-18030' is unknown"],
  [
    "a.csv",
    "Review ,stars\na joy,5\n",
    { dataset: { columns: ["stars", "review"] } },
    "a.csv:1: the file names its columns itself: use the format of the run's data",
  ],
  [
    "a.jsonl",
    `{"review": ${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
    {},
    "a.jsonl:1: lists and objects are nested more than 500 deep",
  ],
  [
    "a.jsonl",
    `{"review": "a joy", "more": ${"[".repeat(2000)}${"]".repeat(2000)}}`,
    {},
    "a.jsonl:1: lists and objects are nested more than 500 deep",
  ],
];
for (const [name, content, asked, message] of REFUSED) {
  Deno.test(`${name} is refused: ${message}`, async () => {
    await assertRejects(() => readGiven(name, content, asked), InputError, message);
  });
}

Deno.test("a .txt file of labelled lines is read as the run's data are, which is noted; blank lines count and have no label", async () => {
  const written = await readGiven("a.txt", "good a joy\n\nbad dull\n", { dataset: { file: "tuned.txt" } });
  assertEquals(written.given.map(({ text }) => text), ["a joy", "", "dull"]);
  assertEquals(written.shown, [
    { text: "a joy", stars: "good" },
    { text: "" },
    { text: "dull", stars: "bad" },
  ]);
  assertEquals(written.labels, ["good", undefined, "bad"]);
  assertStringIncludes(written.notes.join(), "a.txt: every line begins with a label, as in the run's data");
  const labels = { "0": "bad", "1": "good" };
  const mapped = await readGiven("a.txt", "1 a joy\n", { dataset: { file: "tuned.txt.gz", labels } });
  assertEquals([mapped.given, mapped.labels], [[{ text: "a joy" }], ["good"]]);
});

Deno.test("a .txt file whose lines are not all labelled is read as texts", async () => {
  const lines = "good a joy\ngood\nbad dull\n";
  const dataset = { file: "tuned.txt" };
  const texts = lines.trim().split("\n").map((text) => ({ text }));
  assertEquals((await readGiven("a.txt", lines, { dataset })).given, texts);
  assertEquals((await readGiven("a.txt", "good a joy\n")).given, [{ text: "good a joy" }]);
});

Deno.test("a number is written as in the file", async () => {
  const { given, shown } = await readGiven("a.jsonl", '{"review": 1.10, "id": 12345678901234567890}\n');
  assertEquals(given, [{ text: "1.10" }]);
  assertEquals(JSON.stringify(shown), '[{"review":1.10,"id":12345678901234567890}]');
});

Deno.test("a .txt file that is also valid UTF-8 is reported when read in another encoding", async () => {
  const { given, notes } = await readGiven("a.txt", "café\n", { encoding: "windows-1252" });
  assertEquals(given, [{ text: "cafÃ©" }]);
  assertEquals(notes.length, 1);
  assertStringIncludes(notes[0]!, "a.txt is also valid UTF-8, but is read as windows-1252");
  assertEquals((await readGiven("a.txt", "dull\n", { encoding: "windows-1252" })).notes, []);
});

Deno.test("a pipe is read as it comes, compressed or not; a device is refused", () =>
  inFolder(async (folder) => {
    const path: string = join(folder, "a.jsonl");
    const bytes = new TextEncoder().encode(LINES);
    await new Deno.Command("mkfifo", { args: [path] }).output();
    for (const content of [bytes, new Uint8Array(gzipSync(bytes)), bytes.subarray(0, 0)]) {
      const writing = Deno.writeFile(path, content);
      const texts = (await Array.fromAsync(givenTexts(path, READER))).map(({ placed }) => placed);
      await writing;
      assertEquals(texts, content.length > 0 ? TWO : []);
    }
    await Deno.symlink("/dev/zero", join(folder, "a.csv"));
    await Deno.symlink("loop.txt", join(folder, "loop.txt"));
    for (const name of ["a.csv", "loop.txt", `${"long".repeat(100)}.txt`, "a\0b.csv"]) {
      await assertRejects(() => givenTexts(join(folder, name), READER).next(), InputError, "cannot be read");
    }
  }));

Deno.test("a folder and a missing file are refused", () =>
  inFolder(async (folder) => {
    for (const name of ["a.txt", "a.csv"]) {
      const path: string = join(folder, name);
      await assertRejects(() => givenTexts(path, READER).next(), InputError, `there is no ${path}`);
      await Deno.mkdir(path);
      await assertRejects(() => givenTexts(path, READER).next(), InputError, `${path} cannot be read`);
    }
  }));
