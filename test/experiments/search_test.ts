import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { SearchFile } from "../../src/experiment/search_file.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { ROOT } from "../shared.ts";

const read = async (name: string) => {
  const file = join(ROOT, "experiments/search", name);
  return [await Deno.readTextFile(file), file] as const;
};

Deno.test("the study's search may take a quarter of the steps of its grid, over the same ground", async () => {
  const variants = parseVariants(...await read("grid.yaml")).filter(({ experiment }) =>
    experiment.seed === 0
  );
  const search = new SearchFile(new ExperimentDocument(...await read("halving.yaml")), []);
  const steps = variants.map(({ experiment }) => experiment.training?.steps ?? NaN);
  assertEquals(search.budget, { steps: steps.reduce((sum, one) => sum + one, 0) / 4 });
  const values = (key: string) => [...new Set(variants.map(({ settings }) => settings[key]))];
  const space = search.axes.map((axis) => [
    axis.key,
    axis.kind === "choice" ? axis.values.map(({ value }) => value) : [axis.from, axis.to],
  ]);
  const rates = values("training.optimizer.learningRate").map(Number);
  assertEquals(Object.fromEntries(space), {
    "prompt.length": values("prompt.length"),
    "training.optimizer.learningRate": [Math.min(...rates), Math.max(...rates)],
  });
});
