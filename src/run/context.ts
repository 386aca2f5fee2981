import type { PlacedKeys } from "../experiment/document.ts";
import type { Experiment } from "../experiment/types.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { LockstepSlot } from "../training/fused_steps.ts";
import type { ProgressReporter } from "./progress.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** A requested run: one experiment, and where its results go. Plain data, which can be sent to a worker. */
export interface RunRequest<Asked extends Experiment = Experiment> {
  readonly experiment: Asked;
  /** The experiment file, which paths are relative to. */
  readonly file: string;
  /** The keys set to other values than in the file, with their places in it. */
  readonly overrides: PlacedKeys;
  /** The run's display name: the experiment's name, and its variant's. */
  readonly title: string;
  /** The folder of its results. */
  readonly path: string;
  /** The folders of the runs whose prompts vote in this one, where there is an ensemble. */
  readonly ensembleRuns?: readonly string[];
  /** The step of its tuning after which it stops, with a checkpoint and without a look at the test set. */
  readonly stopAfter?: number;
}

/** The settings of all runs of a command. Plain data, which can be sent to a worker. */
export interface RunPolicy {
  /** The folder of all results. */
  readonly results: string;
  /** Whether to run it although its results exist already. */
  readonly force: boolean;
  /** Whether compiled graphs are compared with the model's own file first. */
  readonly selfCheck: boolean;
  /** Whether steps on WebGPU are recorded and replayed. */
  readonly replay: boolean;
  /** What to do with a run that another process is executing. */
  readonly ifLocked: "wait" | "leave";
  /** Whether complete runs that are replaced are kept in the history, and put back where they are asked for again. */
  readonly history: boolean;
}

/** What the runs of a process share. */
export interface RunHost {
  readonly policy: RunPolicy;
  readonly resources: ResourceCache;
  /** Interrupts between two steps. */
  readonly signal: AbortSignal;
}

/** A started run. It is created once, by `runExperiment`, and passed on unchanged. */
export interface RunContext extends RunHost {
  readonly title: string;
  /** The folder that the run writes its results to. */
  readonly folder: RunFolder;
  /** The experiment as it is written into that folder. */
  readonly written: Experiment;
  readonly progress: ProgressReporter;
  /** Its slot among runs with fused steps. */
  readonly slot: LockstepSlot | undefined;
  /** The step after which it stops. */
  readonly stopAfter: number | undefined;
}
