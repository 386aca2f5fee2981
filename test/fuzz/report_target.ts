import { assertEquals } from "@std/assert";
import { decodeBase64, encodeBase64 } from "@std/encoding/base64";
import { join } from "@std/path";
import { gunzipSync, gzipSync } from "node:zlib";
import { InputError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { readSide, type Side } from "../../src/diff/side.ts";
import { runReport } from "../../src/report/run_report.ts";
import { sweepReport } from "../../src/report/sweep_report.ts";
import { compareSides } from "./compare_sides.ts";
import { gzipBomb } from "./gzip_bomb.ts";
import { inFolder } from "./in_folder.ts";
import { jsonMutant } from "./json_mutants.ts";
import { type Mutation, mutations } from "./mutate.ts";
import { splitName, withRightSums } from "./right_sums.ts";
import { soundRun, summaryOf } from "./run_files.ts";
import type { Target } from "./target.ts";

const BEGIN = 'id="softprompt-runs">';

/** Of this many copies whose sums are right, one unpacks to far more than a report has. */
const BOMB_EVERY = 50;

/** Saved reports with the runs in them, as comparisons read them: gzip has a checksum, so that what is read is what was saved. */
export const reports: Target = {
  seeds: async () => withRightSums(await pages()),
  mutate: reportMutant,
  refusals: [InputError],
  run: async (bytes, name) => {
    const { file, isRight } = splitName(name);
    const side = await sideOf(file, bytes);
    const other = await soundSide(file);
    if (!isRight) assertEquals(side.groups, other.groups);
    await compareSides(side, other);
    return "read";
  },
};

/** A damaged copy of a page: other bytes in or near its runs, or other runs, packed as reports are. */
function reportMutant(bytes: Uint8Array, seed: number, name: string): Mutation {
  const page = new TextDecoder().decode(bytes);
  const from = page.indexOf(BEGIN);
  const to = page.indexOf("</script>", from);
  const packed = decodeBase64(page.slice(from + BEGIN.length, to));
  const withRuns = (runs: Uint8Array): Uint8Array<ArrayBuffer> =>
    // The encoder takes the bytes away.
    new TextEncoder().encode(
      page.slice(0, from + BEGIN.length) + encodeBase64(Uint8Array.from(runs)) + page.slice(to),
    );
  const random = new RandomStream(seed, "report mutants");
  if (splitName(name).isRight) {
    if (random.integer(BOMB_EVERY) === 0) return { what: "a bomb", bytes: withRuns(bomb(random)) };
    const runs: unknown = JSON.parse(new TextDecoder().decode(gunzipSync(packed)));
    const { what, value } = jsonMutant(runs, seed);
    return { what, bytes: withRuns(gzipSync(JSON.stringify(value) ?? "")) };
  }
  if (random.integer(2) === 0) {
    const { what, bytes: changed } = mutations(packed, seed).next().value;
    return { what: `packed, ${what}`, bytes: withRuns(changed) };
  }
  const near = [from - 100, to + 100] as const;
  const { what, bytes: changed } = mutations(bytes.subarray(...near), seed).next().value;
  const parts = [bytes.subarray(0, near[0]), changed, bytes.subarray(near[1])];
  return { what, bytes: Uint8Array.from(Buffer.concat(parts)) };
}

const bombs = new Map<string, Uint8Array>();

/** JSON that unpacks to more than a GiB. */
function bomb(random: RandomStream): Uint8Array {
  const begins = [["", " "], ["", "["], ['{"runs":"', "x"], ['{"testSets":[', "1,"], [
    '{"runs":[',
    "{},",
  ]] as const;
  const [before, piece] = begins[random.integer(begins.length)]!;
  const made = bombs.get(before + piece) ?? gzipBomb(before, piece);
  bombs.set(before + piece, made);
  return made;
}

let made: Promise<Map<string, Uint8Array<ArrayBuffer>>> | undefined;

function pages(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  return made ??= makePages();
}

async function makePages(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const [one, two] = [await soundRun(0), await soundRun(1)];
  const report = await runReport({ ...one, title: "x", history: [], samples: [] });
  const summary = await sweepReport(summaryOf([one, two]), new Map([["seed=0", one], ["seed=1", two]]));
  const encoder = new TextEncoder();
  return new Map([["report.html", encoder.encode(report)], ["summary.html", encoder.encode(summary)]]);
}

function sideOf(file: string, bytes: Uint8Array): Promise<Side> {
  return inFolder(new Map([[file, bytes]]), (folder) => readSide(join(folder, file)));
}

const sides = new Map<string, Promise<Side>>();

function soundSide(file: string): Promise<Side> {
  const side = sides.get(file) ?? pages().then((all) => sideOf(file, all.get(file)!));
  sides.set(file, side);
  return side;
}
