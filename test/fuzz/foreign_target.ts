import { assert } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { foreignDiffOf } from "../../src/diff/foreign_diff.ts";
import { foreignMarkdown } from "../../src/diff/foreign_markdown.ts";
import { readForeignSide } from "../../src/diff/foreign_side.ts";
import { inFolder } from "./in_folder.ts";
import { linesMutant, valueMutant } from "./json_mutants.ts";
import { readFiles } from "./read_files.ts";
import type { Target } from "./target.ts";

const FOLDER = "docs/foreign-results";

/** Results of other programs, as comparisons read them: each is compared with the file that it was made from. */
export const foreign: Target = {
  seeds: async () =>
    new Map([
      ...await readFiles(`${FOLDER}/lm-eval/after`, /\.jsonl$/),
      ...await readFiles(`${FOLDER}/promptfoo`, /^after\.json$/),
      ...await readFiles(`${FOLDER}/inspect/after`, /\.json$/),
    ]),
  mutate: (bytes, seed, name) =>
    name.endsWith(".jsonl") ? linesMutant(bytes, seed) : valueMutant(bytes, seed),
  refusals: [InputError],
  run: async (bytes, name) => {
    const files = await foreign.seeds();
    const sound = new Map([[name, files.get(name) ?? new Uint8Array()]]);
    return await inFolder(sound, (before) =>
      inFolder(new Map([[name, bytes]]), async (after) => {
        const [a, b] = [await readForeignSide(join(before, name)), await readForeignSide(join(after, name))];
        if (a === undefined || b === undefined) return "none of these programs'";
        const diff = foreignDiffOf(a, b, 0.05);
        for (const metric of diff.comparisons.flatMap(({ metrics }) => Object.values(metrics))) {
          const { p, examples, unknownInA, unknownInB, higherInA, higherInB } = metric;
          assert(p >= 0 && p <= 1 && Number.isFinite(metric.a) && Number.isFinite(metric.b));
          assert(examples > 0 && higherInA + higherInB <= examples && unknownInA >= 0 && unknownInB >= 0);
        }
        foreignMarkdown(diff);
        return "compared";
      }));
  },
};
