import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { type IJob, Job } from "kubernetes-models/batch/v1/Job";
import { parseCluster } from "../../src/cluster/cluster_file.ts";
import { dnsLabel } from "../../src/cluster/dns_label.ts";
import { kubernetesJobs } from "../../src/cluster/kubernetes.ts";
import type { Plan } from "../../src/cluster/plan_files.ts";
import { PLAN_FORMAT } from "../../src/cluster/plan_file.ts";
import { inFolder } from "../commands/softprompt.ts";

const CLUSTER = `
engine: kubernetes
results: /shared/me/results
tasks: { minutes: 60, atOnce: 8 }
resources: { cpus: 4, memory: 8G, time: 2h, gpus: 1 }
retries: 2
setup: [ 'test $$ -gt 0 && export WHO="$(printf "the setup")"' ]
kubernetes: { image: registry.example/softprompt:1, namespace: study, claim: results-rwx }
`;

/** A plan of tasks with one run each. */
function planOf(tasks: number, experiment = "A study, Ünïcode & more"): Plan {
  const runs = Array.from({ length: tasks }, (_, i) => ({
    experiment,
    folder: `s/${i}`,
    hash: `${i}`,
    seconds: 1,
  }));
  return {
    format: PLAN_FORMAT,
    files: [],
    tasks: runs.map((run) => ({ seconds: 1, runs: [run] })),
    last: [],
    seconds: null,
  };
}

/** What Kubernetes would say of a manifest, by the schemas of its API. */
function validated(manifest: object): IJob {
  const job = new Job(manifest as IJob);
  job.validate();
  return job.toJSON() as IJob;
}

const cluster = (text = CLUSTER) => parseCluster(text, "/cluster.yaml");
const KEPT = "/shared/me/results/.plans/a $(b).json";
const BATCH = ["softprompt", "batch", "experiments/a b.yaml", "--results", "/shared/me/results"];

Deno.test("a plan is one Indexed Job that Kubernetes accepts, with an index for each task", () => {
  const [manifest, ...others] = kubernetesJobs(cluster(), planOf(12), KEPT, BATCH);
  assertEquals(others, []);
  const { metadata, spec } = validated(manifest!);
  const pod = spec?.template.spec;
  const [container] = pod?.containers ?? [];
  assertEquals(
    [spec?.completionMode, spec?.completions, spec?.parallelism, spec?.backoffLimitPerIndex],
    ["Indexed", 12, 8, 2],
  );
  assertEquals(pod?.restartPolicy, "Never", "the only one that a policy on failures of pods goes with");
  assertEquals(
    spec?.podFailurePolicy?.rules.map(({ action, onExitCodes, onPodConditions }) => [
      action,
      onExitCodes?.values ?? onPodConditions?.map(({ type }) => type),
    ]),
    [["FailIndex", [2]], ["Ignore", ["DisruptionTarget"]]],
  );
  assertEquals(spec?.podFailurePolicy?.rules[0]?.onExitCodes?.containerName, container?.name);
  assertEquals([metadata?.namespace, pod?.activeDeadlineSeconds], ["study", 7200]);
  assertEquals(container?.resources?.limits, { cpu: "4", memory: "8Gi", "nvidia.com/gpu": "1" });
  assertEquals(container?.env, [{ name: "HF_HUB_OFFLINE", value: "1" }]);
  assertEquals(pod?.volumes?.[0]?.persistentVolumeClaim?.claimName, "results-rwx");
  assertEquals(container?.volumeMounts?.[0]?.mountPath, "/shared/me/results");
  const broken = structuredClone(manifest) as { spec: { template: { spec: { restartPolicy: string } } } };
  broken.spec.template.spec.restartPolicy = "Sometimes";
  assertThrows(() => validated(broken), Error, "restartPolicy");
});

Deno.test("the job is named after its experiments, with room for the pods' indexes, and so is no other plan's", () => {
  const nameOf = (plan: Plan) =>
    validated(kubernetesJobs(cluster(), plan, KEPT, BATCH)[0]!).metadata?.name ?? "";
  const names = [planOf(1), planOf(12), planOf(1, "别的"), planOf(20_000, "long ".repeat(40)), planOf(0)].map(
    nameOf,
  );
  for (const name of names) assert(/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name), name);
  assert(names[0]!.startsWith("softprompt-a-study-n-code-more-"), names[0]);
  assertEquals(`${names[3]}-19999`.length <= 63, true, "a pod's host name is a label, too");
  assertEquals(new Set(names).size, names.length);
  assertEquals(nameOf(planOf(12)), names[1], "the same plan again");
  assertEquals(dnsLabel("softprompt-----", "h", 0), "softprompt-h");
});

/** A program in the place of softprompt, which says how it is called, and ends with the codes that files name. */
const STAND_IN = `#!/bin/sh
echo "$JOB_COMPLETION_INDEX $WHO: $*" >> "$CALLS"
case "$*" in
  status*) exit "$STATUS" ;;
  *"--shard auto") [ -z "$SLEEPS" ] || { trap 'exit 143' TERM; echo ready; while :; do sleep 0.02; done; }; exit "$AUTO" ;;
esac
`;

Deno.test({
  name: "a container's command executes its task and, after the last one, the rest; it hands a signal on",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const [program, calls] = [join(folder, "soft prompt"), join(folder, "calls")];
      await Deno.writeTextFile(program, STAND_IN, { mode: 0o755 });
      const [command = "", ...args] = commandOf(planOf(2), [
        program,
        "batch",
        "a 'b\".yaml",
        "$(HF_HUB_OFFLINE)$$",
      ]);
      const start = (env: Record<string, string>) =>
        new Deno.Command(command, {
          args,
          env: { AUTO: "0", STATUS: "0", SLEEPS: "", CALLS: calls, JOB_COMPLETION_INDEX: "1", ...env },
          stdout: "piped",
          stderr: "piped",
        }).spawn();
      const called = async (env: Record<string, string>) => {
        await Deno.writeTextFile(calls, "");
        const { code } = await start(env).output();
        return [code, (await Deno.readTextFile(calls)).trim().split("\n")];
      };
      const task = `1 the setup: batch a 'b".yaml $(HF_HUB_OFFLINE)$$ --shard auto`;
      const asks = `1 the setup: status /shared/me/results --plan ${KEPT} --fail-on-unfinished`;
      const last = `1 the setup: batch a 'b".yaml $(HF_HUB_OFFLINE)$$ --shard last`;
      assertEquals(await called({}), [0, [task, asks, last]]);
      assertEquals(await called({ STATUS: "3" }), [0, [task, asks]], "others are not finished");
      assertEquals(await called({ AUTO: "2", STATUS: "3" }), [2, [task, asks]]);
      assertEquals(await called({ AUTO: "1" }), [1, [task, asks, last]]);

      await Deno.writeTextFile(calls, "");
      const stopped = start({ SLEEPS: "yes" });
      const reader = stopped.stdout.getReader();
      await reader.read();
      stopped.kill("SIGTERM");
      reader.releaseLock();
      const { code } = await stopped.output();
      assertEquals([code, (await Deno.readTextFile(calls)).trim()], [143, task]);
    }),
});

/** The command of a plan's container, as Kubernetes calls it: with variables of the container replaced, and `$$` by `$`. */
function commandOf(plan: Plan, batch: readonly string[]): readonly string[] {
  const { spec } = validated(kubernetesJobs(cluster(), plan, KEPT, batch)[0]!);
  const { command = [], env = [] } = spec?.template.spec?.containers[0] ?? {};
  const values = new Map(env.map(({ name, value }) => [`$(${name})`, value]));
  return command.map((text) =>
    text.replace(/\$\$|\$\([^)]*\)/g, (found) => found === "$$" ? "$" : values.get(found) ?? found)
  );
}
