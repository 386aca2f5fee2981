import type { Device } from "../device/device.ts";

/**
 * Whether `batch` has runs take their steps together: wherever they may (`on`), where it is much faster (`auto`), or never.
 */
export type FuseMode = "auto" | "on" | "off";

/** So many runs take their steps together at most: more bring little more, and all must fit the device's memory. */
const MOST_TOGETHER = 8;

/**
 * Whether runs that may take their steps together do so. They come to what they come to alone up to rounding only, so that a
 * run's last digits depend on its company: `auto` pays that price on a GPU alone, where the host takes as long to launch the
 * operators of one prompt as of eight. What fusing brings on a CPU, `deno task bench:fused` says.
 */
export function isFused(mode: FuseMode, { accelerated }: Pick<Device, "accelerated">): boolean {
  return mode === "on" || mode === "auto" && accelerated;
}

/**
 * Jobs in the order in which they are done, those together that take their steps together.
 *
 * @param fuseKey the same for jobs that may; absent for one that is done alone
 */
export function fusedGroups<Job extends { readonly fuseKey: string | undefined }>(
  jobs: readonly Job[],
): Job[][] {
  const groups: Job[][] = [];
  for (const job of jobs) {
    const open = groups.find((group) =>
      job.fuseKey !== undefined && group[0]!.fuseKey === job.fuseKey && group.length < MOST_TOGETHER
    );
    if (open) open.push(job);
    else groups.push([job]);
  }
  return groups;
}
