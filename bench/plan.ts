// deno-lint-ignore-file no-console
/**
 * How long `submit` takes to plan 10,000 variants of an experiment, and in how much memory: `deno task bench:plan`.
 *
 * @module
 */
import { join } from "@std/path";
import { readPlan } from "../src/cluster/plan_file.ts";
import { call, inFolder, writeExperiment } from "../test/commands/softprompt.ts";

const SLOTS = 50;

const training = { batchSize: 8, steps: 50 };
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

await inFolder(async (folder) => {
  const results = join(folder, "results");
  // An earlier run, from which times are estimated.
  await call(["run", await writeExperiment(folder, { name: "first", training }), "--results", results]);
  const file = await writeExperiment(folder, {
    dataset: { name: "reviews-demo", path: join(import.meta.dirname ?? "", "../data/reviews-demo") },
    training,
    sweep: {
      "prompt.length": range(10).map((i) => 1 + i),
      "training.steps": range(10).map((i) => 10 * (1 + i)),
      seed: range(100),
    },
  });
  const cluster = join(folder, "cluster.yaml");
  await Deno.writeTextFile(
    cluster,
    `engine: slurm\nresults: results\ntasks: { minutes: 10, atOnce: ${SLOTS} }\n`,
  );
  const before = performance.now();
  const { code, stderr } = await call(["submit", file, "--cluster", cluster, "--dry-run"]);
  const seconds = (performance.now() - before) / 1000;
  if (code !== 0) throw new Error(stderr);
  const { tasks, seconds: makespan } = (await readPlan(results))!;
  const runs = tasks.flatMap((task) => task.runs.map((run) => run.seconds ?? 0));
  const shortest = Math.max(runs.reduce((sum, one) => sum + one, 0) / SLOTS, ...runs);
  console.log(`${runs.length} runs in ${tasks.length} tasks`);
  const tell = (value: number, unit: string, most: number) =>
    console.log(`${value.toFixed(2)} ${unit}, of ${most}${value > most ? ": too much" : ""}`);
  tell(seconds, "seconds", 10);
  tell(Deno.memoryUsage().rss / 2 ** 20, "MiB", 500);
  tell((makespan ?? Infinity) / shortest, "times the shortest makespan", 1.05);
});
