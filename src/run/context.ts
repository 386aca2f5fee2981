import type { PlacedKeys } from "../experiment/document.ts";
import type { Experiment } from "../experiment/types.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { LockstepSlot } from "../training/fused_steps.ts";
import type { ProgressReporter } from "./progress.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** A run as it is asked for: one experiment, and where its results go. Plain data, which can be handed to a worker. */
export interface RunRequest {
  readonly experiment: Experiment;
  /** The experiment file, which paths are relative to. */
  readonly file: string;
  /** The keys that were set to other values than the file has, with their places in it. */
  readonly overrides: PlacedKeys;
  /** What to call the run: the experiment's name, and its variant's. */
  readonly title: string;
  /** The folder of its results. */
  readonly path: string;
  /** The folders of the runs whose prompts vote in this one, where there is an ensemble. */
  readonly ensembleRuns?: readonly string[];
}

/** What holds for every run of a command. Plain data, which can be handed to a worker. */
export interface RunPolicy {
  /** The folder of all results. */
  readonly results: string;
  /** Run it though its results are there already. */
  readonly force: boolean;
  /** Whether what is compiled is compared with the model's own file first. */
  readonly selfCheck: boolean;
  /** What to do about a run that another program is at work on. */
  readonly ifLocked: "wait" | "leave";
}

/** What the runs of a process share. */
export interface RunHost {
  readonly policy: RunPolicy;
  readonly resources: ResourceCache;
  /** Interrupts between two steps. */
  readonly signal: AbortSignal;
}

/** A run that has begun. It is made once, by `runExperiment`, and handed on as it is. */
export interface RunContext extends RunHost {
  readonly title: string;
  /** What the run writes its results into. */
  readonly folder: RunFolder;
  readonly progress: ProgressReporter;
  /** Its place among runs that take their steps in lockstep. */
  readonly slot: LockstepSlot | undefined;
}
