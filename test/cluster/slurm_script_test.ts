import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { InputError } from "../../src/base/errors.ts";
import { type Cluster, parseCluster } from "../../src/cluster/cluster_file.ts";
import type { Plan } from "../../src/cluster/plan_files.ts";
import { arrayJob, jobId, lastJob, submitLines } from "../../src/cluster/slurm.ts";
import { inFolder } from "../commands/softprompt.ts";
import { until } from "./until.ts";

const RUN = { experiment: "e", folder: "e", hash: "h", seconds: 1 };
const PLAN: Plan = {
  format: "softprompt-task-plan/1",
  files: ["e.yaml"],
  tasks: [{ seconds: 1, runs: [RUN] }, { seconds: 1, runs: [RUN] }],
  last: [],
  seconds: 1,
};
const WORDS = [
  "two words",
  "it's",
  'a "quote"',
  "$HOME `date` \\",
  "two\nlines",
  "*",
  "",
  "\nEND-OF-SCRIPT\n",
];

function clusterIn(results: string, setup: readonly string[] = []): Cluster {
  return {
    ...parseCluster(
      `engine: slurm
results: x
tasks: { minutes: 60, atOnce: 8 }
resources: { cpus: 4, memory: 8G, time: 2h, partition: short, gpus: 1 }
retries: 2
`,
      "cluster.yaml",
    ),
    results,
    setup,
  };
}

/** Writes a program for tests into a folder. */
async function program(folder: string, name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await Deno.writeTextFile(path, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  return path;
}

/** Executes a script as Slurm does, with the programs in a folder before all others. */
function start(script: string, folder: string, env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command("bash", {
    args: ["-c", script],
    cwd: folder,
    env: { PATH: `${folder}:${Deno.env.get("PATH")}`, SLURM_JOB_ID: "7", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a task's script asks for what the cluster's file says, begins with its setup, and calls the words as they are", () =>
  inFolder(async (folder) => {
    const odd = join(folder, "it's a\n$folder");
    await Deno.mkdir(odd);
    const command = {
      words: [await program(folder, "node", `pwd; printf '%s\\0' "$GREETING" "$@"`), ...WORDS],
      folder: odd,
    };
    const { script } = arrayJob(clusterIn(folder, ['GREETING="hel  lo"', "export GREETING"]), PLAN, command)!;
    for (
      const option of [
        "--requeue",
        "--open-mode=append",
        "--signal=B:TERM@60",
        "--cpus-per-task=4",
        "--mem=8G",
        "--time=120",
        "--partition=short",
        "--gpus=1",
      ]
    ) assertStringIncludes(script, `\n#SBATCH ${option}\n`);
    const { code, stdout, stderr } = await start(script, folder).output();
    assertEquals([code, text(stderr)], [0, ""]);
    assertEquals(text(stdout), `${odd}\n${["hel  lo", ...WORDS, "--shard", "auto", ""].join("\0")}`);
  }));

/** How a task ends whose run ends with a code, and what the scheduler is asked to do. */
async function ended(
  run: string,
  restarts: number,
  state = "RUNNING",
  meanwhile?: (child: Deno.ChildProcess, folder: string) => Promise<void>,
  setup: readonly string[] = [],
): Promise<{ readonly code: number; readonly requeued: string }> {
  let requeued = "";
  let code = -1;
  await inFolder(async (folder) => {
    await program(folder, "squeue", `[ "$2" = --jobs=5_1 ] && echo ${state}`);
    await program(folder, "scontrol", `echo "$@" >> requeued`);
    const words = [await program(folder, "node", run)];
    const { script } = arrayJob(clusterIn(folder, setup), PLAN, { words, folder })!;
    const child = start(script, folder, {
      SLURM_ARRAY_JOB_ID: "5",
      SLURM_ARRAY_TASK_ID: "1",
      SLURM_RESTART_COUNT: String(restarts),
    });
    const output = child.output();
    await meanwhile?.(child, folder);
    code = (await output).code;
    requeued = await Deno.readTextFile(join(folder, "requeued")).catch(() => "");
  });
  return { code, requeued };
}

const REQUEUED = "requeue 5_1\n";

Deno.test("a task that fails is requeued up to its retries; one that is done, or whose files are wrong, is not", async () => {
  assertEquals(await ended("exit 1", 0), { code: 1, requeued: REQUEUED });
  assertEquals(await ended("exit 1", 1), { code: 1, requeued: REQUEUED });
  assertEquals(await ended("exit 1", 2), { code: 1, requeued: "" });
  assertEquals(await ended("exit 0", 0), { code: 0, requeued: "" });
  assertEquals(await ended("exit 2", 0), { code: 2, requeued: "" });
});

Deno.test("a task whose setup ends at its first failure is requeued when its run fails", async () => {
  assertEquals(await ended("exit 1", 0, "RUNNING", undefined, ["set -euo pipefail"]), {
    code: 1,
    requeued: REQUEUED,
  });
});

Deno.test("the id of a job is read after what a site's own sbatch says, and where there is none, that is said", () => {
  assertEquals(["12\n", "12;main\n", "Welcome to the cluster\n12;main\n"].map(jobId), ["12", "12", "12"]);
  for (const printed of ["", "Welcome to the cluster", "12 jobs"]) {
    assertThrows(() => jobId(printed), InputError, "does not print the id of a job");
  }
});

Deno.test("at the signal before the time limit, a run ends in good order and its task is requeued; a cancelled one is not", async () => {
  const run =
    "trap 'sleep 0.2; touch checkpoint; exit 143' TERM; touch ready; while true; do sleep 0.05; done";
  const terminate = async (child: Deno.ChildProcess, folder: string) => {
    await until("the run", () => Deno.stat(join(folder, "ready")).then(() => true, () => false), 10);
    child.kill("SIGTERM");
    child.kill("SIGTERM");
    await until(
      "the checkpoint",
      () => Deno.stat(join(folder, "checkpoint")).then(() => true, () => false),
      10,
    );
  };
  assertEquals(await ended(run, 0, "RUNNING", terminate), { code: 143, requeued: REQUEUED });
  assertEquals(await ended(run, 0, "COMPLETING", terminate), { code: 143, requeued: "" });
});

Deno.test("a signal that comes when a run is begun and not yet known reaches it", async () => {
  const signalled = "trap '[[ $BASH_COMMAND != run=* || $BASH_COMMAND == run= ]] || kill -TERM $$' DEBUG";
  const run = "for i in {1..100}; do sleep 0.05; done";
  assertEquals(await ended(run, 0, "RUNNING", undefined, [signalled]), { code: 143, requeued: REQUEUED });
});

Deno.test("what a dry run shows submits the jobs that submit submits", () =>
  inFolder(async (folder) => {
    const cluster = clusterIn(join(folder, "it's\nhere"));
    const command = { words: ["softprompt", ...WORDS], folder };
    // It prints the id of the array job, and keeps how it was called.
    await program(folder, "sbatch", `{ printf '%s\\0' "$@"; cat; } >> called; echo '12;cluster'`);
    const { code, stderr } = await start(submitLines(cluster, PLAN, command).join("\n"), folder).output();
    assertEquals([code, text(stderr)], [0, ""]);
    const array = arrayJob(cluster, PLAN, command)!;
    const last = lastJob(cluster, command, jobId("12;cluster\n"));
    const called = [array, last].map(({ args, script }) =>
      `${args.map((word) => `${word}\0`).join("")}${script}`
    );
    assertEquals(await Deno.readTextFile(join(folder, "called")), called.join(""));
    assertEquals(array.args.at(-1), "--array=0-1%8");
    assertEquals(last.args.at(-1), "--dependency=afterany:12");
    assertEquals(arrayJob(cluster, { ...PLAN, tasks: [] }, command), undefined);
  }));
