import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { readPlan } from "../../src/cluster/plan_file.ts";
import { lockPath } from "../../src/disk/lock.ts";
import { call, exists, inFolder, writeExperiment } from "../commands/softprompt.ts";
import { ROOT } from "../shared.ts";
import { slurmTest, startSlurm } from "./slurm_cluster.ts";
import { until } from "./until.ts";

const SLOW = "steps=1000";
const SEEDS = [0, 1, 2];
const VARIANTS = ["steps=2", "steps=3", "steps=4", SLOW].flatMap((steps) =>
  SEEDS.map((seed) => `${steps},seed=${seed}`)
);

/** What two computations of a run have in common: of its metrics, all but the times. */
async function contentOf(run: string): Promise<Record<string, Uint8Array | string>> {
  const files = await Promise.all(
    ["prompt.safetensors", "predictions.jsonl", "history.jsonl", "experiment.yaml"]
      .map(async (name) => [name, await Deno.readFile(join(run, name))] as const),
  );
  const metrics = await Deno.readTextFile(join(run, "metrics.json"));
  return {
    ...Object.fromEntries(files),
    metrics: metrics.replaceAll(/"(seconds|examples_per_second)": [\d.]+/g, '"$1": 0'),
  };
}

/** Makes the estimates of other runs depend on their steps alone, so that each long one gets a task of its own. */
async function takesNoTimeBesideItsSteps(run: string): Promise<void> {
  const path = join(run, "environment.json");
  const { sha256: _, ...environment } = JSON.parse(await Deno.readTextFile(path));
  const seconds = { ...environment.seconds, wall: 0 };
  await Deno.writeTextFile(path, JSON.stringify({ ...environment, seconds }));
}

/** The process that runs a variant, stopped in the middle of it; it stays until it gets SIGCONT. */
async function stoppedInTheMiddle(results: string, variant: string): Promise<number> {
  const run = join("small", variant);
  await until(
    `a checkpoint of ${variant}`,
    () => exists(results, `${run}.partial`, "checkpoint.safetensors"),
  );
  const owner = await Deno.readTextFile(`${lockPath(results, run)}.owner`);
  const { pid }: { pid: number } = JSON.parse(owner);
  Deno.kill(pid, "SIGSTOP");
  return pid;
}

/** Lets a process that is stopped go on. Slurm does so, too, when it ends a task, which may be over by now. */
function goOn(pid: number): void {
  try {
    Deno.kill(pid, "SIGCONT");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

slurmTest(
  "twelve runs on a Slurm whose node fails, with a task requeued and one cut short, have the bits of one machine",
  () =>
    inFolder(async (folder) => {
      const results = join(folder, "results");
      const quick = { batchSize: 8, steps: 100 };
      // An earlier run, from which the time of the others is estimated.
      const first = await writeExperiment(folder, { name: "first", training: quick });
      assertEquals((await call(["run", first, "--results", results])).code, 0);
      await takesNoTimeBesideItsSteps(join(results, "first"));
      const sweep = { "training.steps": [2, 3, 4, 1000], seed: SEEDS };
      const file = await writeExperiment(folder, { training: quick, sweep });
      const reference = await call(["batch", file, "--results", join(folder, "one-machine")]);
      assertEquals(reference.code, 0, reference.stderr);

      const clusterFile = join(folder, "cluster.yaml");
      await Deno.writeTextFile(
        clusterFile,
        `engine: slurm
results: results
tasks: { minutes: 5, atOnce: 3 }
resources: { cpus: 1, memory: 500M, time: 10m, partition: short }
retries: 1
setup: [ 'echo "on $SLURMD_NODENAME"' ]
`,
      );
      await Deno.mkdir(join(folder, "slurm"));
      await using slurm = await startSlurm(join(folder, "slurm"), 2);
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", join(ROOT, "src/launch.ts"), "submit", file, "--cluster", clusterFile],
        env: { ...slurm.env, NO_COLOR: "1" },
      }).output();
      const printed = new TextDecoder().decode(stdout);
      assert(success, new TextDecoder().decode(stderr));
      const [, id = ""] = /^array job (\d+): 3 tasks$/m.exec(printed) ?? [];
      assert(id !== "", printed);

      const plan = await readPlan(results);
      const taskOf = (seed: number) =>
        plan!.tasks.findIndex(({ runs }) =>
          runs.some(({ folder }) => folder === `small/${SLOW},seed=${seed}`)
        );
      const nodeOf = (task: number) =>
        slurm.call("squeue", "--noheader", "--format=%N", `--jobs=${id}_${task}`);
      const log = (task: number) =>
        Deno.readTextFile(join(results, ".slurm", `${id}_${task}.log`)).catch(() => "");
      const says = (task: number, what: string) =>
        until(`"${what}" in the log of task ${task}`, async () => (await log(task)).includes(what));

      const pids = await Promise.all(
        SEEDS.map((seed) => stoppedInTheMiddle(results, `${SLOW},seed=${seed}`)),
      );
      const tasks = await Promise.all(SEEDS.map(async (seed) => {
        const task = taskOf(seed);
        return { task, pid: pids[seed]!, node: await nodeOf(task) };
      }));
      const alone = tasks.find(({ node }) => node === "n2")!;
      const [cut, requeued] = tasks.filter((one) => one !== alone) as [typeof alone, typeof alone];

      await slurm.killNode("n2");
      await slurm.call("scontrol", "update", `JobId=${id}_${cut.task}`, "TimeLimit=1");
      await slurm.call("scontrol", "requeue", `${id}_${requeued.task}`);
      goOn(requeued.pid);

      const goOnAfter = async ({ task, pid }: typeof alone, line: string) => {
        await says(task, line);
        goOn(pid);
      };
      await Promise.all([
        goOnAfter(alone, "another softprompt process is running it, waiting for it to end"),
        goOnAfter(cut, "stopping"),
      ]);

      await until("the end of all jobs", async () => (await slurm.call("squeue", "--noheader")) === "");
      for (const variant of VARIANTS) {
        assertEquals(
          await contentOf(join(results, "small", variant)),
          await contentOf(join(folder, "one-machine/small", variant)),
          variant,
        );
      }
      const { rows } = JSON.parse(await Deno.readTextFile(join(results, "small/summary.json")));
      assertEquals(rows.map(({ status }: { status: string }) => status), VARIANTS.map(() => "complete"));
      assertStringIncludes(await log(cut.task), "exit code 143: started again, 1 of 1 times");
      for (const { task } of [cut, requeued]) assertStringIncludes(await log(task), "resuming after step");
      assertStringIncludes(await log(alone.task), "on n2");
      assertStringIncludes(await log(alone.task), "on n1");
    }),
);
