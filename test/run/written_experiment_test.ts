import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { parseWords } from "../experiment/parse_words.ts";
import { writtenExperiment } from "../../src/run/written_experiment.ts";
import { inFolder } from "../commands/softprompt.ts";

/** A project with an experiment, a model and data, and others outside it. */
async function makeProject(root: string): Promise<string> {
  const project: string = join(root, "project");
  for (const folder of [".git", "experiments", "models/m", "data/reviews-demo", "results"]) {
    await Deno.mkdir(join(project, folder), { recursive: true });
  }
  await Deno.mkdir(join(root, "elsewhere"));
  return project;
}

const experimentOn = (keys: string) =>
  parseWords(
    `{ name: x, verbalizer: { a: [b], c: [d] }, prompt: { kind: hard, template: "{text} {mask}" }, ${keys} }`,
    "x.yaml",
  );

/** The experiment of a run as it is written. @param path of the run, in the results */
async function written(project: string, keys: string, path: string, results = join(project, "results")) {
  const request = { file: join(project, "experiments/x.yaml"), path: join(results, path) };
  return await writtenExperiment(experimentOn(keys), request, results);
}

const OWN = "model: { source: ../models/m }, dataset: { file: ../data/x.csv, split: { test: 0.5 } }";

Deno.test("what lies in the project of the results is named from the run's folder, anything else by its absolute path", () =>
  inFolder(async (made) => {
    const root = await Deno.realPath(made);
    const project = await makeProject(root);
    for (const [path, up] of [["x", "../.."], ["x/seed=0", "../../.."]] as const) {
      const { model, dataset } = await written(project, OWN, path);
      assertEquals([model.source, "file" in dataset && dataset.file], [`${up}/models/m`, `${up}/data/x.csv`]);
    }
    const outside = await written(project, OWN.replace("../data/x.csv", "../../elsewhere/x.csv"), "x");
    assertEquals("file" in outside.dataset && outside.dataset.file, join(root, "elsewhere/x.csv"));
    const away = await written(project, OWN, "x", join(root, "elsewhere/results"));
    assertEquals(away.model.source, join(project, "models/m"));
    await Deno.mkdir(join(root, "elsewhere/results"));
    await Deno.symlink(join(root, "elsewhere/results"), join(project, "linked"));
    const linked = await written(project, OWN, "x", join(project, "linked"));
    assertEquals(linked.model.source, join(project, "models/m"));
  }));

Deno.test("a model on the hub keeps its id, and a built-in dataset its name where it is found from the run, too", () =>
  inFolder(async (made) => {
    const root = await Deno.realPath(made);
    const project = await makeProject(root);
    const keys = "model: { source: owner/name }, dataset: { name: reviews-demo }";
    const { model, dataset } = await written(project, keys, "x");
    assertEquals([model.source, "path" in dataset], ["owner/name", false]);
    const away = await written(project, keys, "x", join(root, "elsewhere/results"));
    assertEquals("path" in away.dataset && away.dataset.path, join(project, "data/reviews-demo"));
    await Deno.mkdir(join(project, "experiments/data/reviews-demo"), { recursive: true });
    const nearer = await written(project, keys, "x");
    assertEquals("path" in nearer.dataset && nearer.dataset.path, "../../experiments/data/reviews-demo");
  }));
