import type { PlacedKeys } from "../experiment/document.ts";
import type { LockstepSlot } from "../training/fused_steps.ts";
import type { ProgressReporter } from "./progress.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** How to run an experiment. */
export interface RunOptions {
  /** The experiment file, which paths are relative to. */
  readonly file: string;
  /** The keys that were set to other values than the file has, with their places in it. */
  readonly overrides: PlacedKeys;
  /** What to call the run: the experiment's name, and its variant's. */
  readonly title: string;
  /** The folder of all results. */
  readonly results: string;
  /** The runs whose prompts answer together in this one, where there is an ensemble. */
  readonly members?: readonly string[];
  /** Where in it the results of this run go. */
  readonly path: string;
  /** Run it though its results are there already. */
  readonly force: boolean;
  /** Whether what is compiled is compared with the model's own file first. */
  readonly selfCheck: boolean;
  /** What to do about a run that another program is at work on. */
  readonly ifLocked: "wait" | "leave";
  /** Interrupts between two steps. */
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
  /** Its place among runs that take their steps together. */
  readonly slot?: LockstepSlot;
  readonly resources: ResourceCache;
}
