import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { dirname, join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { planAll } from "../../src/batch/plan.ts";
import { type AskedRun, makePlan } from "../../src/cluster/make_plan.ts";
import { planPath, readPlan, writePlan } from "../../src/cluster/plan_file.ts";
import { taskIndex } from "../../src/cluster/task_index.ts";
import { runsOfTask } from "../../src/cluster/task_runs.ts";
import { logDownloads } from "../../src/hub/log_downloads.ts";
import { ResourceCache } from "../../src/run/resource_cache.ts";
import { callIn } from "../commands/call_in.ts";
import { call, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { heldMemory } from "../held_memory.ts";

const SWEEP = { training: { batchSize: 8, steps: 2 }, sweep: { "prompt.length": [1, 4], seed: [0, 1] } };
const TASKS = "tasks: { minutes: 1, atOnce: 2 }";

async function clusterFile(folder: string, results = "results", tasks = TASKS): Promise<string> {
  const path = join(folder, "cluster.yaml");
  await Deno.writeTextFile(path, `engine: slurm\nresults: ${results}\n${tasks}\n`);
  return path;
}

function asked(count: number, of: (id: number) => Partial<AskedRun>): AskedRun[] {
  return Array.from({ length: count }, (_, id) => ({
    experiment: "e",
    folder: `e/${id}`,
    hash: `${id}`,
    seconds: undefined,
    work: 1,
    shareKey: "",
    ...of(id),
  }));
}

const plan = (runs: readonly AskedRun[], minutes = 1) =>
  makePlan({ files: ["e.yaml"], runs, ensembles: [] }, { minutes, atOnce: 2 });

Deno.test("a run without an estimate takes the time of its work at the pace of the others", () => {
  const { tasks, seconds } = plan(asked(4, (id) => id === 0 ? { work: 2, seconds: 20 } : { work: 2 + id }));
  assertEquals(tasks.map(({ runs }) => runs.map(({ folder, seconds }) => [folder, seconds])), [
    [["e/3", 50]],
    [["e/2", 40]],
    [["e/1", 30]],
    [["e/0", 20]],
  ]);
  assertEquals(seconds, 70);
});

Deno.test("where nothing says how long runs take, each is a task, and thousands are at most a thousand tasks", () => {
  const few = plan(asked(3, (id) => ({ work: id })));
  assertEquals(few.tasks.map(({ runs, seconds }) => [runs.map(({ folder }) => folder), seconds]), [
    [["e/2"], null],
    [["e/1"], null],
    [["e/0"], null],
  ]);
  assertEquals(few.seconds, null);
  const { tasks } = plan(asked(10_000, (id) => ({ work: 1 + id % 100 })));
  assert(tasks.length <= 1000 && tasks.length > 400, `${tasks.length}`);
});

Deno.test("10,000 variants are planned in less than ten seconds of work and 500 MiB", () => {
  const before = performance.now();
  const held = heldMemory();
  const { tasks } = plan(asked(10_000, (id) => ({ seconds: 30 + id % 977, shareKey: `${id % 40}` })), 60);
  assert(performance.now() - before < 10_000);
  assert(heldMemory() - held < 500 * 2 ** 20);
  assertEquals(tasks.reduce((sum, { runs }) => sum + runs.length, 0), 10_000);
});

Deno.test("a task has its index of Slurm, Kubernetes or AWS Batch", () => {
  const index = (env: Record<string, string>) => taskIndex((name) => env[name]);
  assertEquals(index({ SLURM_ARRAY_TASK_ID: "3" }), 3);
  assertEquals(index({ JOB_COMPLETION_INDEX: "0" }), 0);
  assertEquals(index({ AWS_BATCH_JOB_ARRAY_INDEX: "12" }), 12);
  assertThrows(
    () => index({}),
    InputError,
    "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX is set",
  );
  assertThrows(
    () => index({ SLURM_ARRAY_TASK_ID: "-1" }),
    InputError,
    "('-1'): it must be a whole number from 0",
  );
  assertEquals(index({ JOB_COMPLETION_INDEX: "2", AWS_BATCH_JOB_ARRAY_INDEX: "2" }), 2);
  assertThrows(
    () => index({ SLURM_ARRAY_TASK_ID: "1", JOB_COMPLETION_INDEX: "2" }),
    InputError,
    "SLURM_ARRAY_TASK_ID says that this is task 1, and JOB_COMPLETION_INDEX that it is task 2",
  );
});

Deno.test("the tasks of a plan are all runs of the files, and one that no longer fits is refused by its file and name", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, SWEEP);
    const results = join(folder, "results");
    const cluster = await clusterFile(folder);
    const submitted = await call(["submit", file, "--cluster", cluster, "--dry-run"]);
    assertEquals(submitted.code, 0, submitted.stderr);
    assertStringIncludes(submitted.stderr, "4 runs in 4 tasks: how long they take is not known");
    assertStringIncludes(submitted.stdout, "#SBATCH --requeue");
    const [, kept = ""] =
      /batch \S+ --results \S+ --plan (\S+) --yes --shard auto &$/m.exec(submitted.stdout) ?? [];
    assertEquals([dirname(kept), submitted.stdout.includes(`batch ${file} --results ${results} `)], [
      join(results, ".plans"),
      true,
    ]);
    const plan = (await readPlan(results))!;
    assertEquals(plan.files, [file]);

    const resources = new ResourceCache({ reporter: logDownloads(() => {}), keepsSessions: false });
    const ofTask = async (index: number) =>
      await runsOfTask((await planAll([file], results)).runs, results, index, resources);
    const titles = [];
    for (const index of plan.tasks.keys()) for (const { title } of await ofTask(index)) titles.push(title);
    assertEquals(titles.toSorted(), [
      "small/length=1,seed=0",
      "small/length=1,seed=1",
      "small/length=4,seed=0",
      "small/length=4,seed=1",
    ]);
    await assertRejects(() => ofTask(4), InputError, `${planPath(results)} has no task 4 (it has 4, from 0)`);

    await writeExperiment(folder, { ...SWEEP, training: { batchSize: 8, steps: 3 }, description: "changed" });
    const error = await assertRejects(() => ofTask(0), InputError);
    assertStringIncludes(
      error.message,
      `${file}: the run small/length=4,seed=0 is not the one that ${planPath(results)} plans`,
    );
    await writeExperiment(folder, { ...SWEEP, name: "other" });
    await assertRejects(
      () => ofTask(0),
      InputError,
      "plans the run small/length=4,seed=0, which none of these files",
    );
    assertEquals((await call(["submit", file, "--cluster", cluster, "--dry-run"])).code, 0);
    assertEquals((await ofTask(0)).map(({ title }) => title), ["other/length=4,seed=0"]);
    assertEquals(await readPlan(results, kept), plan, "tasks of the first submission follow its plan");
  }));

Deno.test("tasks are called with a file whose name begins like a flag", () =>
  inFolder(async (folder) => {
    await Deno.rename(await writeExperiment(folder, SWEEP), join(folder, "-x.yaml"));
    const cluster = await clusterFile(folder);
    const { code, stdout, stderr } = await callIn(
      folder,
      "submit",
      "--dry-run",
      "--cluster",
      cluster,
      "--",
      "-x.yaml",
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, " batch ./-x.yaml --results ");
  }));

Deno.test("ensembles are planned for the end, and what is complete is not planned again", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, {
      ...SWEEP,
      sweep: { seed: [0, 1, 2] },
      ensemble: { sweep: "seed" },
    });
    const cluster = await clusterFile(folder);
    const results = join(folder, "results");
    assertEquals((await call(["batch", file, "--results", results, "--only", "seed=1"])).code, 0);
    const { code, stderr } = await call(["submit", file, "--cluster", cluster, "--dry-run"]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "1 ensemble after them");
    const { tasks, last } = (await readPlan(results))!;
    assertEquals(tasks.flatMap(({ runs }) => runs.map(({ folder }) => folder)), [
      "small/seed=0",
      "small/seed=2",
    ]);
    assertEquals(last, [{ experiment: "small", folder: "small/seed=ensemble" }]);

    assertEquals((await call(["batch", file, "--results", results])).code, 0);
    const again = await call(["submit", file, "--cluster", cluster, "--dry-run"]);
    assertEquals([again.code, again.stderr.includes("1 ensemble\n")], [0, true], again.stderr);
    assert(!again.stderr.includes("how long they take"), again.stderr);
  }));

Deno.test("what cannot be submitted is refused before a plan is written", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, SWEEP);
    const refused = async (changes: Record<string, unknown>, cluster?: string) => {
      await writeExperiment(folder, { ...SWEEP, ...changes });
      const { code, stderr } = await call([
        "submit",
        file,
        "--cluster",
        cluster ?? await clusterFile(folder),
        "--dry-run",
      ]);
      return [code, stderr];
    };
    const [code, stderr] = await refused({ sweep: { "resources.cpus": [1, 2] } });
    assertEquals(code, 2);
    assertStringIncludes(String(stderr), "unknown key 'resources'");
    const search = { "prompt.length": [1, 4], method: "random", budget: { runs: 2 } };
    const [, searched] = await refused({ sweep: undefined, search });
    assertStringIncludes(String(searched), "asks for a search, which cannot be divided");
    await Deno.writeTextFile(join(folder, "blocked"), "");
    const [, blocked] = await refused({}, await clusterFile(folder, "blocked/results"));
    assertStringIncludes(String(blocked), `${join(folder, "blocked")} is a file, and must be a folder`);
    await assertRejects(() => Deno.stat(join(folder, "results")), Deno.errors.NotFound);
    await Deno.mkdir(join(folder, "other"));
    await Deno.writeTextFile(join(folder, "other/.slurm"), "");
    const [, logs] = await refused({}, await clusterFile(folder, "other"));
    assertStringIncludes(String(logs), "choose another folder with 'results' of --cluster");
    const planned = await call(["batch", file, "--plan", join(folder, "other/plan.json"), "--dry-run"]);
    assertEquals(planned.code, 2);
    assertStringIncludes(planned.stderr, "is for tasks of a plan: add --shard auto, or leave --plan out");
  }));

Deno.test("a plan that was changed by hand, or that a newer version wrote, is refused", () =>
  inFolder(async (folder) => {
    await writePlan(folder, plan(asked(2, () => ({ seconds: 5 }))));
    const text = await Deno.readTextFile(planPath(folder));
    const refuse = async (changed: string, said: string) => {
      await Deno.writeTextFile(planPath(folder), changed);
      await assertRejects(() => readPlan(folder), InputError, said);
    };
    await refuse(
      text.replace('"hash":"1"', '"hash":"2"'),
      "its content has changed since it was written: submit again",
    );
    await refuse(text.replace(/,"sha256":"\w+"/, ""), "it has no 'sha256'");
    await refuse(text.replace("plan/1", "plan/2"), "was written by a newer softprompt");
    await refuse("{}", "is no plan of softprompt");
    await refuse(text.slice(0, -9), "is not JSON");
  }));
