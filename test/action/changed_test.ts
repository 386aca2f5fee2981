import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { type ChangedExperiment, changedFile, findChanged } from "../../action/changed.ts";
import { NotPermitted } from "../../action/github.ts";
import { BASE } from "./fake_github.ts";
import { inJob, type Job } from "./steps.ts";

async function found({ environment }: Job): Promise<ChangedExperiment[]> {
  assertEquals(await findChanged(environment), 0);
  return JSON.parse(await Deno.readTextFile(changedFile(environment)));
}

/** Writes a file into the checkout, and says that the pull request changes it. */
async function change({ workspace, github }: Job, filename: string, text = "name: a"): Promise<void> {
  const path = join(workspace, filename);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
  github.changed.push({ filename, status: "modified" });
}

Deno.test("changed experiments are the YAML files in their folder that are still there, whatever their names", () =>
  inJob(async (job) => {
    const names = [
      "experiments/b.yaml",
      "experiments/a $(touch pwned); `id` .yml",
      "experiments/deep/-c'\".yaml",
    ];
    for (const name of [...names, "experiments/data.csv", "experimentsx/d.yaml", "docs/e.yaml"]) {
      await change(job, name);
    }
    job.github.changed.push({ filename: "experiments/gone.yaml", status: "removed" });
    assertEquals((await found(job)).map(({ file }) => file), names.toSorted());
  }));

Deno.test("of many changed files all pages are read", () =>
  inJob(async (job) => {
    for (let i = 0; i < 200; i++) job.github.changed.push({ filename: `src/${i}.ts`, status: "added" });
    await change(job, "experiments/last.yaml");
    assertEquals((await found(job)).map(({ file }) => file), ["experiments/last.yaml"]);
  }));

Deno.test("the baseline is that of the base: of the experiment's own name, else the usual one, else none", () =>
  inJob(async (job) => {
    await change(job, "experiments/own.yaml", "name: own");
    await change(job, "experiments/other.yaml", "name: other");
    await change(job, "baselines/main.json", "of the pull request");
    assertEquals((await found(job)).map(({ baseline }) => baseline), [undefined, undefined]);
    Object.assign(job.github.base, { "baselines/own.json": "of own", "baselines/main.json": "of the base" });
    const [other, own] = (await found(job)).map(({ baseline }) => baseline);
    assertEquals([other?.name, own?.name], ["main", "own"]);
    assertEquals(await Deno.readTextFile(other!.file), "of the base");
    assertEquals(await Deno.readTextFile(own!.file), "of own");
  }));

Deno.test("a name that is a path asks for no file outside the baselines, and what is no experiment is refused", () =>
  inJob(async (job) => {
    await change(job, "experiments/path.yaml", "name: ../../../secret");
    await change(job, "experiments/torn.yaml", "name: [");
    await Deno.symlink(job.environment.GITHUB_EVENT_PATH!, join(job.workspace, "experiments/link.yaml"));
    job.github.changed.push({ filename: "experiments/link.yaml", status: "added" });
    const [link, path, torn] = await found(job);
    assertStringIncludes(link!.refused!, "is no regular file");
    assertEquals(path!.refused, undefined);
    assertStringIncludes(torn!.refused!, "experiments/torn.yaml:1");
    const asked = job.github.requests.filter((one) => one.includes("contents/"));
    assertEquals(asked, ["GET contents/baselines/main.json"]);
  }));

Deno.test("without a pull request, and where the files may not be listed, the step fails", () =>
  inJob(async (job) => {
    const event = job.environment.GITHUB_EVENT_PATH!;
    await Deno.writeTextFile(event, JSON.stringify({ ref: "refs/heads/main" }));
    await assertRejects(() => findChanged(job.environment), Error, "on: pull_request");
    await Deno.writeTextFile(event, JSON.stringify({ pull_request: { number: 8, base: { sha: BASE } } }));
    await assertRejects(() => findChanged(job.environment), NotPermitted, "pulls/8/files with 404");
  }));

Deno.test("of more files than GitHub names, an experiment could be overlooked: the step fails", () =>
  inJob(async (job) => {
    for (let i = 0; i < 3000; i++) job.github.changed.push({ filename: `src/${i}.ts`, status: "added" });
    await assertRejects(() => found(job), InputError, "changes 3000 files or more");
  }));
