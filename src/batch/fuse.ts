import type { Device } from "../device/device.ts";

/**
 * Whether `batch` fuses the steps of runs: wherever possible (`on`), where it is much faster (`auto`), or never (`off`).
 */
export type FuseMode = typeof FUSE_MODES[number];

/** All of them. */
export const FUSE_MODES = ["auto", "on", "off"] as const;

/** The largest number of fused runs: more gain little, and all of them must fit into the device's memory. */
const MOST_TOGETHER = 8;

/**
 * Whether runs that can be fused are. Their results equal those of separate runs up to rounding, so that a
 * run's last digits depend on the runs fused with it: `auto` pays that price only on a GPU, which launches as many kernels for one
 * prompt as for eight, and so does the host, with recordings or without (`deno task bench:fused`).
 */
export function isFused(mode: FuseMode, { accelerated }: Pick<Device, "accelerated">): boolean {
  return mode === "on" || mode === "auto" && accelerated;
}

/**
 * Jobs in the order in which they are run, fused ones in one group.
 *
 * @param fuseKey equal for jobs that can be fused; absent for a job that runs alone
 */
export function fusedGroups<Job extends { readonly fuseKey: string | undefined }>(
  jobs: readonly Job[],
): Job[][] {
  const groups: Job[][] = [];
  const open = new Map<string, Job[]>();
  for (const job of jobs) {
    const group = job.fuseKey === undefined ? undefined : open.get(job.fuseKey);
    if (group !== undefined && group.length < MOST_TOGETHER) group.push(job);
    else {
      const own = [job];
      groups.push(own);
      if (job.fuseKey !== undefined) open.set(job.fuseKey, own);
    }
  }
  return groups;
}
