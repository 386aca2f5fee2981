// deno-lint-ignore-file no-console
import { join } from "@std/path";
import { mustHave } from "../shared.ts";
import { until } from "./until.ts";

/** Whether this machine has Slurm's commands and daemons, and this process may start them. */
const IS_THERE: boolean = Deno.build.os === "linux" && Deno.uid() === 0 &&
  await new Deno.Command("sh", { args: ["-c", "command -v sbatch slurmctld slurmd munged"], stdout: "null" })
    .output().then(({ success }) => success, () => false);

/** A test that needs Slurm: without, it fails where it must be there, and is left out with a warning elsewhere. */
export function slurmTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  const ignore = !IS_THERE && !mustHave("slurm");
  if (ignore) console.warn(`left out, as there is no Slurm that root may start: ${name}`);
  Deno.test({ name, ignore, fn: test });
}

/** A Slurm on this machine, which takes it for two nodes, n1 and n2. */
export interface SlurmCluster {
  /** What commands of Slurm need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Calls a command of Slurm and returns what it prints. */
  call(name: string, ...args: string[]): Promise<string>;
  /** Kills the daemon of a node; the tasks that it has started go on. */
  killNode(node: string): Promise<void>;
  /** Ends all jobs and daemons. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts Slurm: https://slurm.schedmd.com/slurm.conf.html. What it waits for is made short: a node that does not answer is down after 5
 * seconds, a requeued job may start after 5 seconds (cred_expire), and a job that is ended is killed after 5 seconds.
 *
 * @param folder where all its files go @param cpus of each node
 */
export async function startSlurm(folder: string, cpus: number): Promise<SlurmCluster> {
  const host = Deno.hostname().split(".")[0]!;
  const ports = await freePorts(3);
  const key = join(folder, "munge.key");
  const socket = join(folder, "munge.socket");
  await Deno.writeFile(key, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  await Deno.mkdir(join(folder, "state"));
  for (const node of ["n1", "n2"]) await Deno.mkdir(join(folder, "spool", node), { recursive: true });
  const lines = [
    "ClusterName=test",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${ports[0]}`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    `AuthInfo=socket=${socket},cred_expire=5`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd.%n.log`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_CPU",
    "JobAcctGatherType=jobacct_gather/none",
    "SchedulerParameters=sched_interval=2,batch_sched_delay=0",
    "ReturnToService=2",
    "MpiDefault=none",
    "SlurmdTimeout=5",
    "KillWait=5",
    "CompleteWait=0",
    ...["n1", "n2"].map((node, i) =>
      `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${
        ports[i + 1]
      } CPUs=${cpus} RealMemory=4000 State=UNKNOWN`
    ),
    "PartitionName=short Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
  ];
  await Deno.writeTextFile(join(folder, "slurm.conf"), `${lines.join("\n")}\n`);
  await Deno.writeTextFile(join(folder, "cgroup.conf"), "CgroupPlugin=autodetect\n");
  const env = { SLURM_CONF: join(folder, "slurm.conf") };
  const call = async (name: string, ...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(name, { args, env }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(`${name} ${args.join(" ")}: ${text(stderr)}`);
    return text(stdout).trim();
  };
  await call(
    "munged",
    "--force",
    `--key-file=${key}`,
    `--socket=${socket}`,
    `--pid-file=${folder}/munged.pid`,
    `--log-file=${folder}/munged.log`,
    `--seed-file=${folder}/munged.seed`,
  );
  await call("slurmctld");
  await call("slurmd", "-N", "n1");
  await call("slurmd", "-N", "n2");
  await until("two idle nodes", async () => {
    return await call("sinfo", "--noheader", "--format=%T %D").then(
      (nodes) => nodes === "idle 2",
      () => false,
    );
  });
  return {
    env,
    call,
    killNode: async (node) => {
      Deno.kill(Number(await Deno.readTextFile(join(folder, `slurmd.${node}.pid`))), "SIGKILL");
    },
    [Symbol.asyncDispose]: async () => {
      await until("the end of Slurm", async () => {
        const left = await processesWith(`SLURM_CONF=${env.SLURM_CONF}`);
        for (const pid of left) Deno.kill(pid, "SIGKILL");
        return left.length === 0;
      });
    },
  };
}

/** The processes that have a variable in their environment: daemons, what they have started, and their jobs. */
async function processesWith(variable: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.split("\0").includes(variable)) found.push(Number(name));
  }
  return found;
}

/** Ports that nobody listens at. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => addr.transport === "tcp" ? addr.port : 0);
  listeners.forEach((listener) => listener.close());
  return ports;
}
