import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ROOT } from "../shared.ts";
import { writeSmallModel } from "./small_model.ts";
import { call, callInterrupted, inFolder } from "./softprompt.ts";

const REVIEWS = join(ROOT, "data/reviews-demo");

/** Writes a project: a model, data of its own and other data, and an experiment on them in a folder beside them. */
async function writeProject(project: string, changes: Record<string, unknown>): Promise<string> {
  for (const folder of [".git", "experiments", "data/reviews-demo"]) {
    await Deno.mkdir(join(project, folder), { recursive: true });
  }
  await writeSmallModel(join(project, "models/small"));
  for (const name of ["train.tsv", "validation.tsv", "test.tsv"]) {
    await Deno.copyFile(join(REVIEWS, name), join(project, "data/reviews-demo", name));
  }
  const file = join(project, "experiments/x.yaml");
  const experiment = {
    name: "x",
    model: { source: "../models/small" },
    dataset: {
      split: { train: "../data/reviews-demo/train.tsv", test: "../data/reviews-demo/test.tsv" },
      validation: 0.1,
      shots: 8,
    },
    prompt: { kind: "soft", length: 3, template: "{prompt} {text} it was {mask} ." },
    verbalizer: { negative: ["bad"], positive: ["good"] },
    training: { batchSize: 8, steps: 2 },
    evaluation: { transfer: [{ file: "../data/reviews-demo/validation.tsv", as: "other" }] },
    device: "cpu",
    ...changes,
  };
  await Deno.writeTextFile(file, JSON.stringify(experiment));
  return file;
}

/** The own experiment files of the runs in a folder. */
const ownFiles = (folder: string, runs: readonly string[]) =>
  runs.map((run) => join(folder, run, "experiment.yaml"));

/** Runs files, none of which may compute anything. */
async function assertKept(files: readonly string[], results: string): Promise<void> {
  const { code, stderr } = await call(["run", ...files, "--results", results]);
  assertEquals(code, 0, stderr);
  assertEquals(stderr.match(/nothing has changed since the results/g)?.length, files.length, stderr);
  assert(!stderr.includes("prompt on"), stderr);
}

Deno.test("a run's own experiment.yaml runs as it is, where it lies, also after its project was moved", () =>
  inFolder(async (made) => {
    const root = await Deno.realPath(made);
    const project = join(root, "project");
    const file = await writeProject(project, {});
    const results = join(project, "results");
    const first = await call(["run", file, "--results", results]);
    assertEquals(first.code, 0, first.stderr);
    const hash = async (folder: string) =>
      JSON.parse(await Deno.readTextFile(join(folder, "environment.json"))).content_hash;
    const before = await hash(join(results, "x"));
    await assertKept([file], results);
    await assertKept(ownFiles(results, ["x"]), results);
    assertEquals(await hash(join(results, "x")), before);
    const moved = join(root, "moved");
    await Deno.rename(project, moved);
    await assertKept(ownFiles(join(moved, "results"), ["x"]), join(moved, "results"));
    const again = join(root, "again");
    const { code, stderr } = await call([
      "run",
      ...ownFiles(join(moved, "results"), ["x"]),
      "--results",
      again,
    ]);
    assertEquals(code, 0, stderr);
    for (const name of ["predictions.jsonl", "predictions.other.jsonl", "prompt.safetensors"]) {
      assertEquals(
        await Deno.readFile(join(again, "x", name)),
        await Deno.readFile(join(moved, "results/x", name)),
        name,
      );
    }
    const diff = await call(["diff", join(moved, "results/x"), join(again, "x")]);
    assertStringIncludes(diff.stdout, "nothing differs in the experiments");
  }));

Deno.test("those of a sweep and of its ensemble run as they are, in the places of their runs", () =>
  inFolder(async (made) => {
    const root = await Deno.realPath(made);
    const file = await writeProject(root, {
      dataset: { name: "reviews-demo", shots: 8 },
      evaluation: {},
      sweep: { seed: [0, 1] },
      ensemble: { sweep: "seed" },
      prompt: {
        kind: "soft",
        length: 3,
        template: "{prompt} {text} it was {mask} .",
        initialization: { from: "text", text: "a film" },
      },
    });
    const results = join(root, "results");
    const first = await call(["batch", file, "--results", results]);
    assertEquals(first.code, 0, first.stderr);
    const files = ownFiles(results, ["x/seed=0", "x/seed=1", "x/seed=ensemble"]);
    await assertKept(files, results);
    const { code, stdout, stderr } = await call(["batch", ...files, "--results", results]);
    assertEquals([code, stdout.match(/ kept /g)?.length], [0, 3], stderr);
    const other = await call(["run", files[0]!, "--set", "prompt.length=2", "--results", results]);
    assertStringIncludes(other.stdout, "x/seed=0,length=2");
  }));

Deno.test("an interrupted run goes on from the own file in its partial folder", () =>
  inFolder(async (made) => {
    const root = await Deno.realPath(made);
    const training = { batchSize: 1, steps: 1000 };
    const file = await writeProject(root, { evaluation: {}, training });
    const results = join(root, "results");
    const partial = join(results, "x.partial");
    const args = ["run", file, "--results", results];
    const { code } = await callInterrupted(args, join(partial, "checkpoint.safetensors"));
    assertEquals(code, 130);
    const own = join(partial, "experiment.yaml");
    const checked = await call(["validate", own, "--results", results]);
    assertStringIncludes(checked.stdout, "(interrupted)");
    const resumed = await call(["run", own, "--results", results]);
    assertEquals(resumed.code, 0, resumed.stderr);
    assertStringIncludes(resumed.stderr, "x: resuming after step");
    await assertKept([file], results);
  }));
