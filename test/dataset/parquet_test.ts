import { assert, assertEquals, assertIsError, assertRejects } from "@std/assert";
import { crc32, zstdCompressSync } from "node:zlib";
import { InputError } from "../../src/base/errors.ts";
import { readParquet } from "../../src/dataset/parquet.ts";
import { mutations } from "../fuzz/mutate.ts";
import { dataPage, encoded, joined, parquetFile, parquetOf, plain } from "./parquet_file.ts";

const FOLDER = "test/fixtures/parquet";

/** The records of a file. */
async function read(bytes: Uint8Array<ArrayBuffer>): Promise<readonly unknown[]> {
  const { records } = await readParquet(bytes, "a.parquet", { missing: () => undefined });
  return [...records].map(({ record }) => record);
}

const PAGE = plain("a joy", "dull");
const READ = [{ text: "a joy" }, { text: "dull" }];

Deno.test("a made-up file is read as long as what it says is true", async () => {
  assertEquals(await read(parquetFile({ pages: [dataPage(PAGE)] })), READ);
  assertEquals(await read(parquetFile({ pages: [dataPage(PAGE, { crc: crc32(PAGE) | 0 })] })), READ);
  const packed = new Uint8Array(zstdCompressSync(PAGE));
  const size = PAGE.length;
  assertEquals(await read(parquetFile({ codec: 6, pages: [dataPage(packed, { size })] })), READ);
  assertEquals(await read(parquetFile({ rows: 0n, pages: [] })), []);
});

const dictionary = [{ 1: 2, 2: PAGE.length, 3: PAGE.length, 7: { 1: 2, 2: 0 } }, PAGE] as const;
/** Places in the dictionary, of a number of bits each. */
const places = (...bytes: readonly number[]) => dataPage(Uint8Array.from(bytes), { encoding: 8 });
const zeros = new Uint8Array(zstdCompressSync(new Uint8Array(2 ** 26)));
/** Two strings, of which the second repeats a million characters of the first. */
const repeating = joined([
  Uint8Array.of(128, 1, 4, 2, 0, 0x80, 0x89, 0x7a, 0, 0, 0, 0),
  Uint8Array.of(128, 1, 4, 2, 2, 1, 0, 0, 0, 0),
]);

Deno.test("places in a dictionary are read", async () => {
  assertEquals(await read(parquetFile({ pages: [dictionary, places(1, 3, 0b10)] })), READ);
  assertEquals(await read(parquetFile({ pages: [dictionary, places(1, 4, 1)] })), [READ[1], READ[1]]);
});

for (
  const [what, file, why] of [
    [
      "more values than bytes",
      { rows: 9_000_000n, pages: [dataPage(PAGE, { values: 9_000_000 })] },
      "has 9000000 values",
    ],
    ["more rows than are read", { rows: 10n ** 9n, pages: [] }, "is too large: it has 1000000000 rows"],
    [
      "other rows than its groups",
      { groupRows: 1n, pages: [dataPage(PAGE)] },
      "its groups have 1 rows, and it says 2",
    ],
    ["a negative number of rows", { rows: -2n, pages: [dataPage(PAGE)] }, "the number of rows is -2"],
    ["other values than rows", { chunkValues: 3n, pages: [dataPage(PAGE)] }, "'text' has 3 values in 2 rows"],
    ["other values in its pages", { pages: [dataPage(PAGE, { values: 3 })] }, "a page has 3 values"],
    ["too few pages", { rows: 3n, pages: [dataPage(PAGE)] }, "a structure is cut off"],
    [
      "a column of another name",
      { path: "title", pages: [dataPage(PAGE)] },
      "there is 'title' in place of 'text'",
    ],
    ["a page beyond its column", { pages: [dataPage(PAGE, { packed: 99 })] }, "a page has 99 bytes"],
    ["a negative size", { pages: [dataPage(PAGE, { size: -1 })] }, "a page has -1 bytes when unpacked"],
    ["another checksum", { pages: [dataPage(PAGE, { crc: 7 })] }, "a page has another checksum"],
    [
      "a string beyond its page",
      { pages: [dataPage(PAGE.slice(0, -1))] },
      "a page has 4 bytes where 3 are left",
    ],
    [
      "a page that is larger than the limit",
      { codec: 6, pages: [dataPage(zeros, { size: 2 ** 30 + 1 })] },
      "is too large: it unpacks to more than 1024 MiB: split it into several files",
    ],
    [
      "a page that unpacks to more than it says",
      { codec: 6, pages: [dataPage(zeros, { size: 100 })] },
      "its content contradicts its format",
    ],
    [
      "a run longer than its page",
      { pages: [dictionary, places(1, 0x80, 0x80, 0x80, 0x80, 8, 1)] },
      "a run has 1073741824",
    ],
    [
      "a place beyond its dictionary",
      { pages: [dictionary, places(2, 4, 2)] },
      "it holds the value 2, and 1 is the largest",
    ],
    ["no dictionary", { pages: [places(1, 4, 1)] }, "it has no dictionary"],
    [
      "strings that repeat what is not there",
      { pages: [dataPage(repeating, { encoding: 7 })] },
      "a string repeats more",
    ],
    ["levels that are missing", { repetition: 1, pages: [dataPage(PAGE)] }, "a run has 384 values"],
  ] as const
) {
  Deno.test(`a Parquet file with ${what} is refused with the reason, and nothing is allocated for it`, async () => {
    await assertRejects(() => read(parquetFile(file)), InputError, why);
  });
}

for (
  const [what, footer, why] of [
    ["nothing", [], "a structure is cut off"],
    ["structures in structures", Array<number>(100_000).fill(0x1c), "nested more than 20 deep"],
    [
      "a number without end",
      [0x16, ...Array<number>(100_000).fill(0x80), 1, 0],
      "a number is cut off or too long",
    ],
    [
      "a list of a billion",
      [0x19, 0xf6, 0x80, 0x94, 0xeb, 0xdc, 0x03, 0],
      "a list has 1000000000 elements in 1 bytes",
    ],
    ["no schema", [...encoded({ 1: 1 })], "its content contradicts its format"],
  ] as const
) {
  Deno.test(`a footer that holds ${what} is refused at once`, async () => {
    const begin = new TextEncoder().encode("PAR1");
    await assertRejects(() => read(parquetOf(begin, Uint8Array.from(footer))), InputError, why);
  });
}

Deno.test("a damaged Parquet file is read or an error that names it, and every rejection is awaited", async () => {
  const left: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    left.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", note);
  try {
    for (const name of ["train", "test", "bare", "kinds", "numbers"]) {
      const whole = await Deno.readFile(`${FOLDER}/${name}.parquet`);
      const rows = (await read(whole)).length;
      const copies = mutations(whole, 5);
      let refused = 0;
      for (let i = 0; i < 300; i++) {
        const { what, bytes } = copies.next().value;
        const found = await read(bytes).catch((error) => error);
        if (Array.isArray(found)) assertEquals(found.length, rows, what);
        else {
          assertIsError(found, InputError, "a.parquet", what);
          refused++;
        }
      }
      assert(refused > 200, `${name}: ${refused}`);
    }
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(left, []);
  } finally {
    globalThis.removeEventListener("unhandledrejection", note);
  }
});
