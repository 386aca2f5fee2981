import type { Device } from "../device/device.ts";

/** What tells whether a run may take its steps together with others, and whether that is worth it. */
export interface Fusible {
  /** Runs of the same key may: they share the compiled step, the device, the prompt's length and the verbalizer. */
  readonly key: string;
  /** Prompt and text of a batch, roughly. */
  readonly tokens: number;
  /** The bytes of the model's weights. */
  readonly weightBytes: number;
}

/** Whether `batch` fuses runs. */
export type FuseMode = "auto" | "off";

/** So many runs take their steps together at most: more bring little more, and all must fit the device's memory. */
const MOST_TOGETHER = 8;

/**
 * Up to so much work in a step (tokens times bytes of weights) a CPU spends more on starting operators than on their
 * arithmetic, and fused steps are faster: see `deno task bench:fused`.
 */
const LITTLE_WORK = 256 * 22e6;

/**
 * Whether taking steps together is faster than one after the other. On a GPU it is, as the host takes as long to launch the
 * operators of one prompt as of eight; on a CPU it is where there is little to compute, and else it costs padding.
 */
export function isWorthFusing(
  device: Pick<Device, "kind" | "accelerated">,
  { tokens, weightBytes }: Fusible,
): boolean {
  return device.accelerated || (device.kind !== "webgpu" && tokens * weightBytes <= LITTLE_WORK);
}

/**
 * Jobs in the order in which they are done, those together that take their steps together.
 *
 * @param fusible of each job; absent where it is done alone
 */
export function fusedGroups<Job extends { readonly fusible: Fusible | undefined }>(
  jobs: readonly Job[],
): Job[][] {
  const groups: Job[][] = [];
  for (const job of jobs) {
    const open = groups.find((group) =>
      job.fusible !== undefined && group[0]!.fusible?.key === job.fusible.key && group.length < MOST_TOGETHER
    );
    if (open) open.push(job);
    else groups.push([job]);
  }
  return groups;
}
