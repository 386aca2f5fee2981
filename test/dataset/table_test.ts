import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readTable } from "../../src/dataset/table.ts";
import { InputError } from "../../src/experiment/errors.ts";
import { pairsIn, readWritten } from "./reading.ts";

const TWO = [["a joy", "good"], ["dull", "bad"]] as [string, string][];
const CSV = "text,label\na joy,good\ndull,bad\n";
const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => new Uint8Array(Uint16Array.from(text, (sign) => sign.charCodeAt(0)).buffer);

Deno.test("endings may be in capitals, and gzip may have packed the file, in several parts", async () => {
  assertEquals(await pairsIn("A.CSV", CSV), TWO);
  const parts = [CSV.slice(0, 20), CSV.slice(20)].flatMap((part) => [...gzipSync(part)]);
  assertEquals(await pairsIn("a.csv.gz", Uint8Array.from(parts)), TWO);
  assertEquals(await pairsIn("a.tsv.GZ", new Uint8Array(gzipSync(CSV.replaceAll(",", "\t")))), TWO);
  await assertRejects(
    () => pairsIn("a.csv.gz", Uint8Array.from(parts.slice(0, -9))),
    InputError,
    "a.csv.gz cannot be unpacked, as it is damaged or cut off",
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
    "a.txt:3: it is not a label",
  );
});

Deno.test("bytes of another encoding are refused with the one that they speak for", async () => {
  for (
    const [content, message] of [
      [
        Uint8Array.from([...bytes(CSV), 0x63, 0xe9, ...bytes(",good\n")]),
        "a.csv:4: its bytes are not utf-8: set 'dataset.encoding' (windows-1252 or gb18030",
      ],
      [
        utf16(`\ufeff${CSV}`),
        "a.csv is utf-16le, not utf-8, by the byte order mark that it begins with: set 'dataset.encoding: utf-16le'",
      ],
      [utf16(CSV), "a.csv:1: it is utf-16le, not utf-8: set 'dataset.encoding: utf-16le'"],
      [bytes(`${CSV}a\0b\0c,good`), "a.csv:4: it"],
    ] as const
  ) await assertRejects(() => pairsIn("a.csv", content), InputError, message);
  assertEquals(await pairsIn("a.csv", utf16(CSV), { encoding: "utf-16le" }), TWO);
  await assertRejects(
    () => pairsIn("a.csv", bytes(`\ufeff${CSV}`), { encoding: "windows-1252" }),
    InputError,
    "a.csv is utf-8, not windows-1252, by the byte order mark",
  );
});

Deno.test("a file that reads as UTF-8, too, is said to be read as something else", async () => {
  const { examples, notes } = await readWritten("a.csv", "text,label\ncafé,good\n", {
    encoding: "windows-1252",
  });
  assertEquals(examples[0]!.text, "cafÃ©");
  assertEquals(notes.length, 1);
  assertEquals((await readWritten("a.csv", CSV, { encoding: "windows-1252" })).notes, []);
});

Deno.test("what is of no known kind is refused with those that are", async () => {
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
  assertEquals((await kinds("id", { missing: "drop" })).map(({ text, label }) => [text, label]), [
    ["9007199254740993", "1"],
    ["2", "1"],
  ]);
});

function kinds(text: string, { missing }: { missing?: "drop" }) {
  const columns = { text, label: "label", placeholders: ["text"] };
  return readTable("test/fixtures/parquet/kinds.parquet", columns, { missing, note: () => {} });
}
