import { assertEquals } from "@std/assert";
import { crc32 } from "node:zlib";
import { InputError } from "../../src/base/errors.ts";
import { readParquet } from "../../src/dataset/parquet.ts";
import { dataPage, encoded, parquetFile, plain } from "../dataset/parquet_file.ts";
import { mutations } from "./mutate.ts";
import { readFiles } from "./read_files.ts";
import type { Target } from "./target.ts";

const TEXTS = ["a joy", "dull"];

/** A page with a checksum. */
const [HEADER, PAGE] = dataPage(plain(...TEXTS), { crc: crc32(plain(...TEXTS)) | 0 });

/** A file of this page alone: its mark, the page's header, which has the checksum, and the page. */
const SUMMED = "summed.parquet";
const FILE = parquetFile({ pages: [[HEADER, PAGE]] });
const BEGIN = FILE.subarray(0, 4 + encoded(HEADER).length);

/** Parquet files: the number of rows, which is in three places, stays, and so does what has a checksum. */
export const parquet: Target = {
  seeds: async () =>
    new Map([
      ...await readFiles("test/fixtures/parquet", /\.parquet$/),
      [SUMMED, FILE],
    ]),
  mutate: (bytes, seed) => mutations(bytes, seed).next().value,
  refusals: [InputError],
  run: async (bytes, name) => {
    const rows = await rowsOf(bytes);
    assertEquals(rows.length, (await soundRows(name)).length);
    const texts = rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === "string");
    const isSummed = name === SUMMED && BEGIN.every((byte, i) => byte === bytes[i]);
    if (isSummed && texts.length > 0) assertEquals(texts, TEXTS);
    return "read";
  },
};

async function rowsOf(bytes: Uint8Array<ArrayBuffer>): Promise<Readonly<Record<string, unknown>>[]> {
  const { records } = await readParquet(bytes, "a.parquet", { missing: () => undefined });
  return [...records].map(({ record }) => record);
}

const known = new Map<string, readonly unknown[]>();

/** The rows of a sound file. */
async function soundRows(name: string): Promise<readonly unknown[]> {
  const rows = known.get(name) ?? await rowsOf(Uint8Array.from((await parquet.seeds()).get(name)!));
  known.set(name, rows);
  return rows;
}
