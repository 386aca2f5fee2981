import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { parse } from "yaml";
import { InputError } from "../../src/base/errors.ts";
import { readSide, type Side } from "../../src/diff/side.ts";
import { loadRun } from "../../src/inference/load_run.ts";
import { labReport } from "../../src/report/lab_report.ts";
import { sweepReport } from "../../src/report/sweep_report.ts";
import { checkWhole } from "../../src/results/check_whole.ts";
import { earlierRuns } from "../../src/results/earlier_runs.ts";
import { KeptPredictions } from "../../src/results/kept_predictions.ts";
import { readEnsemble, readSummary, type RunRecord } from "../../src/results/read_run.ts";
import { readShown } from "../../src/results/read_shown.ts";
import { compareSides } from "./compare_sides.ts";
import { inFolder } from "./in_folder.ts";
import { linesMutant, valueMutant } from "./json_mutants.ts";
import { type Mutation, mutations } from "./mutate.ts";
import { splitName, withRightSums } from "./right_sums.ts";
import { jsonIn, SMALL_MODEL, soundRun, summaryOf, sweepFiles, withFile } from "./run_files.ts";
import { safetensorsMutant } from "./safetensors_target.ts";
import type { Target } from "./target.ts";

const RUN = "seed=0";

/** The files of a run, and of its sweep: as comparisons and summaries read them. Unless its sums are made right, what is read is what was written. */
export const runs: Target = {
  seeds: async () => withRightSums(filtered(await sweepFiles(), /^(seed=0\/|summary)/)),
  mutate: runMutant,
  refusals: [InputError],
  run: async (bytes, name) => {
    const { file, isRight } = splitName(name);
    return await inFolder(await withFile(file, bytes, isRight), async (folder) => {
      const side = await readSide(folder);
      const found = side.groups.flatMap((group) => group.runs);
      if (!isRight && isSummed(file, bytes)) {
        for (const run of found) assertEquals(contentOf(run), contentOf(await soundRun(run.experiment.seed)));
      }
      await compare(side);
      await earlierRuns(folder);
      await readSummary(folder);
      await readEnsemble(join(folder, RUN));
      await checkWhole(join(folder, RUN));
      await labReport(
        "runs",
        [{ name: RUN, ...await readShown(join(folder, RUN), new KeptPredictions()) }],
        undefined,
      );
      return "read";
    });
  },
};

/** The files of a run: as what classifies with it reads them. Unless its sums are made right, it answers as the sound one does. */
export const predictions: Target = {
  ...runs,
  seeds: async () =>
    withRightSums(filtered(await sweepFiles(), /^seed=0\/(environment|metrics|experiment|prompt)/)),
  run: async (bytes, name) => {
    const { file, isRight } = splitName(name);
    const answers = await answersOf(file, bytes, isRight);
    for (const { probabilities } of answers) {
      assert(Math.abs(Object.values(probabilities).reduce((sum, one) => sum + one, 0) - 1) < 1e-6);
    }
    if (!isRight && isSummed(file, bytes)) assertEquals(answers, await soundAnswers());
    return "read";
  },
};

/** A damaged copy of a file of a run, by its format. */
function runMutant(bytes: Uint8Array, seed: number, name: string): Mutation {
  const { file } = splitName(name);
  if (file.endsWith(".json")) return valueMutant(bytes, seed);
  // What JSON writes is YAML, too.
  if (file.endsWith(".yaml")) return valueMutant(bytes, seed, parse);
  if (file.endsWith(".safetensors")) return safetensorsMutant(bytes, seed);
  return file.endsWith(".jsonl") ? linesMutant(bytes, seed) : mutations(bytes, seed).next().value;
}

/** Whether a file has a hash that it is checked against: programs of earlier versions wrote none into these two. */
function isSummed(file: string, bytes: Uint8Array): boolean {
  if (!/(environment|summary)\.json$/.test(file)) return true;
  const content = jsonIn(bytes);
  return typeof content !== "object" || content === null || "sha256" in content;
}

/** What a run's hashes are of: all but the name and the description of its experiment. */
function contentOf({ experiment, environment, ...rest }: RunRecord): unknown {
  const { name: _, description: __, ...asked } = experiment;
  const { files: ___, ...where } = environment;
  return { ...rest, asked, where };
}

let sound: Promise<Side> | undefined;

/** Compares a sweep with the sound one, in every form, and makes a summary of it. */
async function compare(side: Side): Promise<void> {
  const other = await (sound ??= sweepFiles().then((files) => inFolder(files, readSide)));
  await compareSides(other, side);
  const runs = side.groups.flatMap((group) => group.runs);
  await sweepReport(summaryOf(runs), new Map(runs.map((run) => [`seed=${run.experiment.seed}`, run])));
}

const TEXTS = ["a joy from start to end .", ""];

let answers: ReturnType<typeof answersOf> | undefined;

function soundAnswers(): ReturnType<typeof answersOf> {
  return answers ??= sweepFiles().then((files) =>
    answersOf("summary.json", files.get("summary.json")!, false)
  );
}

async function answersOf(file: string, bytes: Uint8Array<ArrayBuffer>, isRight: boolean) {
  const files = await withFile(file, bytes, isRight);
  for (const [name, content] of await SMALL_MODEL) files.set(`model/${name}`, content);
  return await inFolder(files, async (folder) => {
    const run = await loadRun(join(folder, RUN), { model: join(folder, "model"), device: "cpu" });
    try {
      return await run.classify(
        TEXTS.map((text) => Object.fromEntries(run.columns.map((name) => [name, text]))),
      );
    } finally {
      await run.release();
    }
  });
}

function filtered(files: ReadonlyMap<string, Uint8Array>, names: RegExp): Map<string, Uint8Array> {
  return new Map([...files].filter(([name]) => names.test(name)));
}
