import { assertEquals } from "@std/assert";
import { crc32 } from "node:zlib";
import { InputError } from "../../src/base/errors.ts";
import { readParquet } from "../../src/dataset/parquet.ts";
import { dataPage, parquetFile, plain } from "../dataset/parquet_file.ts";
import { mutations } from "./mutate.ts";
import { readFiles } from "./read_files.ts";
import type { Target } from "./target.ts";

const PAGE = plain("a joy", "dull");

/** A file whose pages have a checksum. */
const SUMMED = "summed.parquet";

/** Parquet files: the number of rows, which is in three places, stays, and so does what has a checksum. */
export const parquet: Target = {
  seeds: async () =>
    new Map([
      ...await readFiles("test/fixtures/parquet", /\.parquet$/),
      [SUMMED, parquetFile({ pages: [dataPage(PAGE, { crc: crc32(PAGE) | 0 })] })],
    ]),
  mutate: (bytes, seed) => mutations(bytes, seed).next().value,
  refusals: [InputError],
  run: async (bytes, name) => {
    const rows = await rowsOf(bytes);
    assertEquals(rows.length, (await soundRows(name)).length);
    const texts = rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === "string");
    if (name === SUMMED && texts.length > 0) assertEquals(texts, ["a joy", "dull"]);
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
