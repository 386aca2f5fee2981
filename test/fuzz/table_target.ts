import { assertEquals } from "@std/assert";
import { basename, extname, join } from "@std/path";
import { gzipSync } from "node:zlib";
import { InputError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { PLAIN_COLUMNS } from "../../src/dataset/columns.ts";
import { readTable } from "../../src/dataset/table.ts";
import { load } from "../dataset/loading.ts";
import { inFolder } from "./in_folder.ts";
import { jsonLines, linesMutant, valueMutant } from "./json_mutants.ts";
import { type Mutation, mutations } from "./mutate.ts";
import { pairsByTheLetter } from "./table_check.ts";
import type { Target } from "./target.ts";

/** Pieces that mean something in some table, or to some reader of one. */
const PIECES = [
  '"',
  '""',
  ",",
  "\t",
  ";",
  "\n",
  "\r",
  "\r\n",
  "\0",
  "\ufeff",
  "\u2028",
  "\x1a",
  "\u00e9",
  " ",
  "sep=,\n",
]
  .concat(["\\", "{}", "[", "]", "null", "NaN", "1e999", "-0", "\ud800"]);

/** Tables of texts: what is read is what another reading of the format finds. */
export const tables: Target = {
  seeds: () => Promise.resolve(new Map(Object.entries(FILES))),
  mutate: tableMutant,
  refusals: [InputError],
  run: (bytes, name) =>
    inFolder(new Map([[name, bytes]]), async (folder) => {
      const path = join(folder, name);
      const kind = extname(basename(name, ".gz")).slice(1);
      const format = { ...kind === "csv" && { delimiter: "," }, ...kind === "tsv" && { quotes: false } };
      const { examples } = await readTable(path, PLAIN_COLUMNS, { ...format, note: () => {} });
      // What is compressed has a checksum.
      const content = name.endsWith(".gz") ? COMPRESSED : bytes;
      const expected = pairsByTheLetter(new TextDecoder().decode(content), kind);
      if (expected !== undefined) assertEquals(examples.map(({ text, label }) => [text, label]), expected);
      const split = { validation: 0.2, test: 0.3, seed: 0 };
      const spec = {
        file: name,
        text: "text",
        label: "label",
        clean: "none",
        split,
        validation: 0.1,
      } as const;
      await load(spec, join(folder, "x.yaml"), ["good", "bad"], 0);
      return "read";
    }),
};

/** A damaged copy of a table: pieces put in, other values of JSON, or other bytes. */
function tableMutant(bytes: Uint8Array, seed: number, name: string): Mutation {
  const random = new RandomStream(seed, "table mutants");
  const change = random.integer(3);
  if (change === 0 || name.endsWith(".gz")) return mutations(bytes, seed).next().value;
  const text = new TextDecoder().decode(bytes);
  if (change === 1 && name.endsWith(".json")) return valueMutant(bytes, seed);
  if (change === 1 && name.endsWith(".jsonl")) return linesMutant(bytes, seed);
  const at = random.integer(text.length + 1);
  const piece = PIECES[random.integer(PIECES.length)]!;
  const changed = text.slice(0, at) + piece + text.slice(at + random.integer(2));
  return { what: `${JSON.stringify(piece)} at ${at}`, bytes: new TextEncoder().encode(changed) };
}

const TEXTS = [
  "a joy",
  "dull, and long",
  'so "good"',
  "naïve",
  "",
  "中文",
  " spaces ",
  "no\u2028line",
  "x",
  "last",
];
const RECORDS = TEXTS.map((text, i) => ({ text, label: i % 2 === 0 ? "good" : "bad", note: i }));

const QUOTED = RECORDS.map(({ text, label, note }) => `${label},"${text.replaceAll('"', '""')}",${note}\r\n`);
const CSV = `label,text,note\r\n${QUOTED.join("")}`;
const COMPRESSED = new TextEncoder().encode(CSV);

const encoded = (text: string) => new TextEncoder().encode(text);

const FILES: Readonly<Record<string, Uint8Array>> = {
  "a.csv": COMPRESSED,
  "a.tsv": encoded(`text\tlabel\n${RECORDS.map(({ text, label }) => `${text}\t${label}`).join("\n")}\n`),
  "a.jsonl": encoded(jsonLines(RECORDS)),
  "a.json": encoded(JSON.stringify(RECORDS, null, 1)),
  "a.txt": encoded(RECORDS.map(({ text, label }) => `${label} ${text}`).join("\n")),
  "a.csv.gz": Uint8Array.from(gzipSync(COMPRESSED)),
};
