import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { ExperimentError, InputError } from "../../src/base/errors.ts";
import { minutesOf, parseCluster, readClusterFile } from "../../src/cluster/cluster_file.ts";

const SLURM = `engine: slurm
results: ../results
tasks: { minutes: 60, atOnce: 8 }
resources: { cpus: 4, memory: 8G, time: 2h, partition: short, gpus: 1 }
setup: [ "module load deno" ]
`;

Deno.test("a cluster has defaults for what its file leaves out, and the results are relative to the file", () => {
  assertEquals(parseCluster(SLURM, "/home/me/study/cluster.yaml"), {
    engine: "slurm",
    results: "/home/me/results",
    tasks: { minutes: 60, atOnce: 8 },
    resources: { cpus: 4, memory: "8G", time: "2h", partition: "short", gpus: 1 },
    retries: 3,
    setup: ["module load deno"],
  });
  const { kubernetes, resources, setup } = parseCluster(
    "engine: kubernetes\nresults: /r\ntasks: { minutes: 1, atOnce: 1 }\nkubernetes: { image: i, claim: c }\n",
    "/x/cluster.yaml",
  );
  assertEquals(kubernetes, { image: "i", claim: "c", gpuResource: "nvidia.com/gpu" });
  assertEquals([resources, setup], [{}, []]);
  assertEquals(["90m", "2h", "1d"].map(minutesOf), [90, 120, 1440]);
});

/** Changes of the file above, and what is said of each, with line and column. */
const WRONG: readonly (readonly [string, string, string])[] = [
  ["tasks: { minutes: 60", "tasks: { minutes: 0", "3:19: 'tasks.minutes' must be more than 0, got 0"],
  ["atOnce: 8", "atOnce: 0", "3:31: 'tasks.atOnce' must be at least 1, got 0"],
  [
    "gpus: 1",
    "gpu: 1",
    "4:63: unknown key 'gpu' in 'resources'; did you mean 'gpus'? (allowed: cpus, memory, time, partition, gpus)",
  ],
  [
    "setup:",
    "minutes: 3\nsetup:",
    "5:1: unknown key 'minutes'; did you mean 'tasks.minutes'? (allowed: engine, results, tasks, resources, retries, setup, kubernetes)",
  ],
  [
    "engine: slurm",
    "engine: slrum",
    "1:9: 'engine' must be one of slurm, kubernetes, got \"slrum\"; did you mean 'slurm'?",
  ],
  ["cpus: 4", "cpus: 1e30", "4:20: 'resources.cpus' must be at most 2147483647, got 1e+30"],
  ["setup:", "retries: 1e22\nsetup:", "5:10: 'retries' must be at most 2147483647, got 1e+22"],
  ["results: ../results\n", "", "1:1: there is no 'results'"],
  ["memory: 8G", "memory: 8", "4:31: 'resources.memory' must be written like 500M, 8G, 1T, got \"8\""],
  [
    "time: 2h",
    "time: 30m",
    "3:10: tasks of 60 minutes would be cut short by their time limit ('resources.time': 30m): make 'tasks.minutes' less",
  ],
  [
    "partition: short",
    'partition: "a b"',
    "4:56: 'resources.partition' must be written like short, short,long, got \"a b\"",
  ],
  [
    "engine: slurm",
    "engine: kubernetes",
    "1:1: with 'engine: kubernetes' there must be 'kubernetes', with 'image' and 'claim'\nc.yaml:4:45: Kubernetes has no partitions: leave 'resources.partition' out",
  ],
  [SLURM, "", "1:1: the file is empty: a cluster has 'engine', 'results', 'tasks', …"],
];

for (const [before, after, said] of WRONG) {
  Deno.test(`a wrong cluster is refused: ${said.split("\n")[0]}`, () => {
    const error = assertThrows(() => parseCluster(SLURM.replace(before, after), "c.yaml"), ExperimentError);
    assertEquals(error.message, `c.yaml:${said}`);
  });
}

Deno.test("a cluster's file that is not there is named", async () => {
  const file = join(await Deno.makeTempDir(), "cluster.yaml");
  await assertRejects(
    () => readClusterFile(file),
    InputError,
    `there is no file ${file}: --cluster names a cluster.yaml`,
  );
});
