import { sha256OfJson } from "../base/sha256.ts";
import { type Cluster, minutesOf } from "./cluster_file.ts";
import { dnsLabel } from "./dns_label.ts";
import type { Plan } from "./plan_files.ts";
import { taskScript } from "./task_script.ts";

/** The name of the container in each pod, which the policy on failures refers to. */
const CONTAINER = "batch";

/** The name of the volume with the results. */
const VOLUME = "results";

/** The exit code of a batch whose failures all lie in its input: another try would meet them again. */
const INPUT_FAULT = 2;

/** The seconds between SIGTERM and SIGKILL, in which a run writes its checkpoint. */
const GRACE_SECONDS = 60;

/**
 * What is given to Kubernetes for a plan: one Indexed Job, whose indexes are the plan's tasks. There is no second job for ensembles and
 * summaries, as nothing in Kubernetes starts one after another has failed in part: each task makes them when it finds that no run of the
 * plan is left, so that the last one to end does.
 *
 * Failures are counted for each index. An index whose batch ends with exit code 2 is not tried again, and a pod that was evicted or
 * preempted is not counted: https://kubernetes.io/docs/concepts/workloads/controllers/job/. It takes Kubernetes 1.29 or newer.
 *
 * @param kept the file of the plan that the tasks follow
 * @param command the batch of the submission, the program first, without its `--shard`
 * @returns manifests of batch/v1
 */
export function kubernetesJobs(
  cluster: Cluster,
  plan: Plan,
  kept: string,
  command: readonly string[],
): object[] {
  const { kubernetes, tasks: { atOnce }, resources: { time }, retries, results } = cluster;
  if (kubernetes === undefined) throw new TypeError("the cluster is none of Kubernetes");
  const { image, namespace, claim } = kubernetes;
  // Where all runs of tasks are complete, one is left to make the rest.
  const completions = Math.max(1, plan.tasks.length);
  const name = jobName(plan, completions);
  const labels = { "app.kubernetes.io/name": "softprompt", "app.kubernetes.io/instance": name };
  const container = {
    name: CONTAINER,
    image,
    command: taskScript(cluster, plan, kept, command).map(literal),
    env: [{ name: "HF_HUB_OFFLINE", value: "1" }],
    volumeMounts: [{ name: VOLUME, mountPath: results }],
    resources: resourcesOf(cluster, kubernetes.gpuResource),
  };
  return [{
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, ...(namespace !== undefined && { namespace }), labels },
    spec: {
      completionMode: "Indexed",
      completions,
      parallelism: Math.min(atOnce, completions),
      backoffLimitPerIndex: retries,
      podFailurePolicy: {
        rules: [
          {
            action: "FailIndex",
            onExitCodes: { containerName: CONTAINER, operator: "In", values: [INPUT_FAULT] },
          },
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        ],
      },
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          // Nothing in a pod asks the API for anything.
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          ...(time !== undefined && { activeDeadlineSeconds: minutesOf(time) * 60 }),
          containers: [container],
          volumes: [{ name: VOLUME, persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  }];
}

/**
 * The name of the job, from those of the experiments and what is planned: a plan cannot be submitted a second time while its first job is there.
 * Pods have it as a host name, with their index.
 */
function jobName(plan: Plan, completions: number): string {
  const names = new Set(
    [...plan.tasks.flatMap(({ runs }) => runs), ...plan.last].map(({ experiment }) => experiment),
  );
  const index = `-${completions - 1}`;
  return dnsLabel(["softprompt", ...names].join("-"), sha256OfJson(plan).slice(0, 8), index.length);
}

/** A text in which Kubernetes replaces nothing: it takes `$(NAME)` for a variable, and `$$` for `$`. */
function literal(text: string): string {
  return text.replace(/\$[$(]/g, (two) => two === "$$" ? "$$$$" : "$$(");
}

/** What each pod asks for, and gets no more of. */
function resourcesOf({ resources: { cpus, memory, gpus } }: Cluster, gpuResource: string): object {
  const some = {
    ...(cpus !== undefined && { cpu: String(cpus) }),
    ...(memory !== undefined && { memory: `${memory}i` }),
    ...(gpus !== undefined && { [gpuResource]: String(gpus) }),
  };
  return { requests: some, limits: some };
}
