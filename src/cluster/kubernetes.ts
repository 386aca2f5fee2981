import type { Cluster } from "./cluster_file.ts";
import type { Plan } from "./plan_files.ts";
export function kubernetesJobs(_cluster: Cluster, _plan: Plan, _command: readonly string[]): object[] {
  throw new Error("TODO");
}
