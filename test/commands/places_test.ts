import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { callIn } from "./call_in.ts";
import { git } from "../results/git.ts";
import { ROOT } from "../shared.ts";
import { inFolder, writeExperiment } from "./softprompt.ts";

const NAMED = { name: "reviews-demo" };

/** A project with a few texts of data and an experiment in a folder of it. */
async function writeProject(folder: string, changes: Record<string, unknown> = {}): Promise<string> {
  const data = join(folder, "data", NAMED.name);
  const experiments = join(folder, "experiments");
  for (const path of [data, experiments]) await Deno.mkdir(path, { recursive: true });
  const rows = ["a joy .\tpositive", "so good .\tpositive", "too long .\tnegative", "so dull .\tnegative"];
  for (const name of ["train.tsv", "validation.tsv", "test.tsv"]) {
    await Deno.writeTextFile(join(data, name), ["text\tlabel", ...rows].join("\n"));
  }
  return await writeExperiment(experiments, {
    dataset: NAMED,
    prompt: { kind: "hard", template: "{text} it was {mask} ." },
    training: undefined,
    evaluation: { transfer: [{ ...NAMED, as: "again" }] },
    ...changes,
  });
}

Deno.test("an experiment finds its data from any working directory, and the results name the folder and the commit", () =>
  inFolder(async (folder) => {
    const project = join(folder, "project");
    const file = await writeProject(project);
    const elsewhere = join(folder, "elsewhere");
    const results = join(folder, "results");
    await Deno.mkdir(elsewhere);
    const ran = await callIn(elsewhere, "run", file, "--results", results);
    assertEquals(ran.code, 0, ran.stderr);
    const environment = JSON.parse(await Deno.readTextFile(join(results, "small/environment.json")));
    const data = "../../project/data/reviews-demo";
    assertEquals(environment.dataset.folder, data);
    assertEquals(environment.transfer, { again: { folder: data } });
    // The repository that the program itself belongs to does not matter.
    assertEquals([environment.git_commit, environment.git_dirty], [null, null]);

    const sweep = await writeProject(project, { sweep: { seed: [0, 1] } });
    await git(project, "init", "--quiet");
    await git(project, "add", ".");
    await git(project, "commit", "--quiet", "--message=x");
    const batch = await callIn(elsewhere, "batch", sweep, "--jobs", "2", "--results", results);
    assertEquals(batch.code, 0, batch.stdout + batch.stderr);
    const of = JSON.parse(await Deno.readTextFile(join(results, "small/seed=1/environment.json")));
    assertEquals(of.dataset.folder, `../${data}`);
    assertEquals([of.git_commit, of.git_dirty], [await git(project, "rev-parse", "HEAD"), false]);
  }));

Deno.test("data that are nowhere above the experiment are an error of its key, set by the command line or not", () =>
  inFolder(async (folder) => {
    const file = await writeProject(folder);
    const set = await callIn(ROOT, "run", file, "--set", "dataset.name=rt-polarity", "--results", folder);
    assertEquals(set.code, 2, set.stderr);
    assertStringIncludes(
      set.stderr,
      `there is no folder data/rt-polarity in ${folder}/experiments, ${folder}, `,
    );
    await Deno.remove(join(folder, "data"), { recursive: true });
    const gone = await callIn(ROOT, "validate", file);
    assertEquals(gone.code, 2, gone.stderr);
    assertStringIncludes(gone.stderr, `${file}:`);
    assertStringIncludes(gone.stderr, `there is no folder data/reviews-demo in ${folder}/experiments, `);
  }));
