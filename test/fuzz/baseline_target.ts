import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { withSha256 } from "../../src/base/sha256.ts";
import { readSide, type Side } from "../../src/diff/side.ts";
import { baselineText } from "../../src/results/baseline_file.ts";
import { compareSides } from "./compare_sides.ts";
import { inFolder } from "./in_folder.ts";
import { valueMutant } from "./json_mutants.ts";
import { splitName, withRightSums } from "./right_sums.ts";
import { soundRun } from "./run_files.ts";
import type { Target } from "./target.ts";

const FILE = "main.json";

/** Baselines, as comparisons read them: with their own hash, what is read is what was set. */
export const baselines: Target = {
  seeds: async () => withRightSums(new Map([[FILE, await soundBaseline()]])),
  mutate: (bytes, seed, name) =>
    valueMutant(bytes, seed, JSON.parse, splitName(name).isRight ? summed : JSON.stringify),
  refusals: [InputError],
  run: async (bytes, name) => {
    const [side, sound] = [await sideOf(bytes), await sideOf(await soundBaseline())];
    if (!splitName(name).isRight) assertEquals(side.groups, sound.groups);
    await compareSides(side, sound);
    return "read";
  },
};

/** A value as a file with the hash of all that is in it. */
function summed(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value) ?? "";
  const { sha256: _, ...rest }: { readonly sha256?: unknown } = value;
  return JSON.stringify(withSha256(rest));
}

let made: Promise<Uint8Array<ArrayBuffer>> | undefined;

function soundBaseline(): Promise<Uint8Array<ArrayBuffer>> {
  return made ??= makeBaseline();
}

async function makeBaseline(): Promise<Uint8Array<ArrayBuffer>> {
  const runs = new Map([["seed=0", await soundRun(0)], ["seed=1", await soundRun(1)]]);
  return new TextEncoder().encode(baselineText("results/x", { kind: "classes", runs }));
}

function sideOf(bytes: Uint8Array<ArrayBuffer>): Promise<Side> {
  return inFolder(new Map([[FILE, bytes]]), (folder) => readSide(join(folder, FILE)));
}
