import { assertEquals } from "@std/assert";
import { differences, environmentDifferences, experimentDifferences } from "../../src/diff/differences.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { madeUpRun } from "./runs.ts";

Deno.test("only differences are listed, by their paths", () => {
  assertEquals(
    differences({ a: 1, b: { c: [1, 2], d: 3, e: 4 } }, { a: 1, b: { c: [2], d: 3 }, f: { g: 5 } }),
    { "b.c": { a: [1, 2], b: [2] }, "b.e": { a: 4 }, "f.g": { b: 5 } },
  );
});

Deno.test("a class that one side has differs, whatever its name", () => {
  const verbalizer = { constructor: ["a"], good: ["b"] };
  assertEquals(differences({ verbalizer }, { verbalizer: { good: ["b"] } }), {
    "verbalizer.constructor": { a: ["a"] },
  });
});

Deno.test("experiments of several seeds differ in their seeds only if the seeds are different", () => {
  const runs = (length: number, ...seeds: number[]) =>
    seeds.map((seed) => madeUpRun({ good: [0.1, 0.9], seed, length }));
  assertEquals(experimentDifferences(runs(5, 0, 1), runs(20, 0, 1)), { "prompt.length": { a: 5, b: 20 } });
  assertEquals(experimentDifferences(runs(5, 0), runs(5, 0, 1)), { seed: { a: 0, b: [0, 1] } });
});

Deno.test("environments differ in what results depend on, not in how long they took", () => {
  const one = madeUpRun({ good: [0.1, 0.9] });
  const other = madeUpRun({ good: [0.1, 0.9], device: "WebGPU", seed: 3 });
  assertEquals(environmentDifferences([one], [other]), {
    "device.description": { a: "native CPU", b: "WebGPU" },
  });
});

Deno.test("uncommitted changes are listed, and the folder of the same data is not", () => {
  const run = madeUpRun({ good: [0.1, 0.9] });
  const { environment } = run;
  const at = (folder: string, git_dirty: boolean) => ({
    ...run,
    environment: {
      ...environment,
      git_dirty,
      dataset: { ...environment.dataset, folder },
      transfer: { "other.data": { folder } },
    },
  });
  assertEquals(environmentDifferences([at("../a", false)], [at("../b", true)]), {
    git_dirty: { a: false, b: true },
  });
});

Deno.test("paths that differ in the way up from their run alone are no difference", () => {
  const run = madeUpRun({ good: [0.1, 0.9] });
  const { experiment } = run;
  if (experiment.answer) throw new Error("the run's answers are words");
  const at = (up: string, sha256: string): RunRecord => ({
    ...run,
    experiment: {
      ...experiment,
      model: { ...experiment.model, source: `${up}models/${sha256}` },
      evaluation: {
        ...experiment.evaluation,
        transfer: [{ as: "x", clean: "none", text: "text", label: "label", file: `${up}data/x.csv` }],
      },
    },
    environment: { ...run.environment, model: { source: "models", file: "f", sha256 } },
  });
  assertEquals(experimentDifferences([at("../../", "one")], [at("../../../", "one")]), {});
  assertEquals(environmentDifferences([at("../../", "one")], [at("../../../", "one")]), {});
  assertEquals(experimentDifferences([at("../../", "one")], [at("../", "two")]), {
    "model.source": { a: "models/one", b: "models/two" },
  });
});
