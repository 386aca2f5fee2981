import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { join } from "@std/path";
import { PLAIN_COLUMNS } from "../../src/dataset/columns.ts";
import { readTable } from "../../src/dataset/table.ts";
import { InputError } from "../../src/base/errors.ts";
import { unpack } from "../../src/dataset/read_bytes.ts";
import { inFolder } from "../commands/softprompt.ts";
import { pairsIn, readWritten } from "./reading.ts";

const TWO = [["a joy", "good"], ["dull", "bad"]] as [string, string][];
const CSV = "text,label\na joy,good\ndull,bad\n";
const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer);

Deno.test("extensions may be in capitals, and a file compressed by gzip, in several members", async () => {
  assertEquals(await pairsIn("A.CSV", CSV), TWO);
  const parts = [CSV.slice(0, 20), CSV.slice(20)].flatMap((part) => [...gzipSync(part)]);
  assertEquals(await pairsIn("a.csv.gz", Uint8Array.from(parts)), TWO);
  assertEquals(await pairsIn("a.tsv.GZ", new Uint8Array(gzipSync(CSV.replaceAll(",", "\t")))), TWO);
  await assertRejects(
    () => pairsIn("a.csv.gz", Uint8Array.from(parts.slice(0, -9))),
    InputError,
    "a.csv.gz cannot be decompressed, as it is damaged or truncated",
  );
});

Deno.test("a .txt file is a label, a space and a text a line, blank lines left out", async () => {
  const { examples } = await readWritten("a.txt", "good a joy\r\n\r\nbad dull\r\n\n");
  assertEquals(examples, [
    { id: "a.txt:1", text: "a joy", label: "good" },
    { id: "a.txt:3", text: "dull", label: "bad" },
  ]);
  await assertRejects(
    () => pairsIn("a.txt", "good a joy\n\nbad\n"),
    InputError,
    "a.txt:3: the line must be a label",
  );
});

Deno.test("bytes of another encoding are refused, with the encoding that they suggest", async () => {
  for (
    const [content, message] of [
      [
        Uint8Array.from([...bytes(CSV), 0x63, 0xe9, ...bytes(",good\n")]),
        "a.csv:4: its bytes are not utf-8: set 'dataset.encoding' to the file's encoding (windows-1252, gb18030, shift_jis",
      ],
      [
        utf16(`\ufeff${CSV}`),
        "a.csv is utf-16le, not utf-8, according to its byte order mark: set 'dataset.encoding: utf-16le'",
      ],
      [utf16(CSV), "a.csv:1: it is utf-16le, not utf-8: set 'dataset.encoding: utf-16le'"],
      [bytes(`${CSV}a\0b\0c,good`), "a.csv:4: it contains a NUL character, which text must not: remove it"],
      [bytes(`${CSV}a\0b,good`), "a.csv:4: it contains a NUL character, which text must not: remove it"],
    ] as const
  ) await assertRejects(() => pairsIn("a.csv", content), InputError, message);
  const right = await readWritten("a.csv", utf16(CSV), { encoding: "utf-16le" });
  assertEquals([right.examples.length, right.notes], [2, []]);
  await assertRejects(
    () => pairsIn("a.csv", bytes(`\ufeff${CSV}`), { encoding: "windows-1252" }),
    InputError,
    "a.csv is utf-8, not windows-1252, according to its byte order mark",
  );
});

Deno.test("a file that is also valid UTF-8 is reported when read in another encoding", async () => {
  const { examples, notes } = await readWritten("a.csv", "text,label\ncafé,good\n", {
    encoding: "windows-1252",
  });
  assertEquals(examples[0]!.text, "cafÃ©");
  assertEquals(notes.length, 1);
  assertEquals((await readWritten("a.csv", CSV, { encoding: "windows-1252" })).notes, []);
});

Deno.test("after a gzip member follows another one, or zeros", async () => {
  const packed = new Uint8Array(gzipSync(CSV));
  const more = new Uint8Array(gzipSync("so,so\n"));
  assertEquals(await pairsIn("a.csv.gz", Uint8Array.from([...packed, 0, 0, 0])), TWO);
  for (
    const wrong of [
      Uint8Array.from([0, ...more.subarray(1)]),
      Uint8Array.of(0, 0, 1),
      Uint8Array.of(0x1f),
      bytes("x"),
    ]
  ) {
    await assertRejects(
      () => pairsIn("a.csv.gz", Uint8Array.from([...packed, ...wrong])),
      InputError,
      "a.csv.gz cannot be decompressed, as it is damaged or truncated",
    );
  }
});

Deno.test("data are in a regular file, whose path can be followed", () =>
  inFolder(async (folder) => {
    await new Deno.Command("mkfifo", { args: [join(folder, "pipe.csv")] }).output();
    await Deno.symlink("/dev/zero", join(folder, "zero.csv"));
    await Deno.symlink("loop.csv", join(folder, "loop.csv"));
    await Deno.mkdir(join(folder, "folder.csv"));
    for (
      const [name, message] of [
        ["pipe.csv", "pipe.csv is not a regular file"],
        ["zero.csv", "zero.csv cannot be read: it is a device"],
        ["folder.csv", "folder.csv cannot be read: it is a folder"],
        ["loop.csv", "loop.csv cannot be read: Too many levels of symbolic links"],
        [`${"long".repeat(100)}.csv`, ".csv cannot be read: File name too long"],
        ["a\0b.csv", "a\\0b.csv cannot be read: file name contained an unexpected NUL byte"],
      ] as const
    ) {
      const read = () => readTable(join(folder, name), PLAIN_COLUMNS, { note: () => {} });
      await assertRejects(read, InputError, message);
    }
  }));

Deno.test("a first line with the columns in another order or case is not data", async () => {
  for (const header of ["label,text", "text,label", "Text, LABEL "]) {
    await assertRejects(
      () => pairsIn("a.csv", `${header}\na joy,good\n`, { columns: ["text", "label"] }),
      InputError,
      "a.csv:1: the file names its columns itself",
    );
  }
  assertEquals(await pairsIn("a.csv", "text,good\n", { columns: ["text", "label"] }), [["text", "good"]]);
});

for (
  const [column, texts] of [
    ["decimal", ["12345678901234567890.10", "-0.05", "7.00"]],
    ["whole", ["9007199254740993", "-1", "0"]],
    ["small", ["1.10", "-0.01", "9.99"]],
    ["float", ["0.1", "16777216", "3.4028235e+38"]],
    ["fixed", ["joy", "bad", "fun"]],
  ] as const
) {
  Deno.test(`the column '${column}' of a Parquet file is read to its last digit or letter`, async () => {
    assertEquals((await numbers(column)).examples.map(({ text }) => text), [...texts]);
  });
}

for (const [column, kind] of [["time", "a time"], ["duration", "a duration"]] as const) {
  Deno.test(`the column '${column}' of a Parquet file is not text`, async () => {
    await assertRejects(() => numbers(column), InputError, `numbers.parquet:1: '${column}' is ${kind}`);
  });
}

function numbers(text: string) {
  const columns = { text, label: "label", placeholders: ["text"] };
  return readTable("test/fixtures/parquet/numbers.parquet", columns, { note: () => {} });
}

Deno.test("a file of an unknown kind is refused, with the known ones", async () => {
  const message =
    "save it as one of .csv, .tsv, .jsonl, .ndjson, .json, .parquet, .txt, each with or without .gz";
  await assertRejects(() => pairsIn("a.xlsx", Uint8Array.of(0x50, 0x4b, 3, 4)), InputError, message);
  await assertRejects(() => pairsIn("plain", CSV), InputError, message);
});

for (
  const [column, message] of [
    ["text", "kinds.parquet:2: 'text' is null"],
    ["score", "kinds.parquet:2: 'score' is null"],
    ["tags", "kinds.parquet:1: 'tags' is a list"],
    ["about", "kinds.parquet:1: 'about' is an object"],
    ["day", "kinds.parquet:1: 'day' is a date"],
    ["none", "kinds.parquet: there is no column 'none' (found: text, label, score, id, tags, about, day)"],
  ] as const
) {
  Deno.test(`the column '${column}' of a Parquet file is refused by what it holds`, async () => {
    await assertRejects(() => kinds(column, {}), InputError, message);
  });
}

Deno.test("null in a Parquet file is left out where that is asked for, bytes that are not UTF-8 are not", async () => {
  await assertRejects(
    () =>
      readTable(
        "test/fixtures/parquet/kinds.parquet",
        { text: "text", label: "id", placeholders: ["text"] },
        {
          missing: "drop",
          note: () => {},
        },
      ),
    InputError,
    "kinds.parquet:3: 'text' is bytes that are not UTF-8",
  );
  assertEquals((await kinds("id", { missing: "drop" })).examples.map(({ text, label }) => [text, label]), [
    ["9007199254740993", "1"],
    ["2", "1"],
  ]);
});

function kinds(text: string, { missing }: { missing?: "drop" }) {
  const columns = { text, label: "label", placeholders: ["text"] };
  return readTable("test/fixtures/parquet/kinds.parquet", columns, { missing, note: () => {} });
}

Deno.test("gzip data that unpack to more than the limit are refused before they are all unpacked", async () => {
  const packed = new Uint8Array(gzipSync(new Uint8Array(2 ** 22)));
  assertEquals((await unpack(packed, "a.csv.gz", 2 ** 22)).length, 2 ** 22);
  await assertRejects(
    () => unpack(packed, "a.csv.gz", 2 ** 21),
    InputError,
    "a.csv.gz is too large: it unpacks to more than 2 MiB: split it into several files",
  );
});
