import type { FuseMode } from "../batch/fuse.ts";
import type { ReportTo } from "./flag_values.ts";

/** The flags of `batch`. */
export interface BatchFlags {
  /** The folder that results go into. */
  readonly results: string;
  readonly force: boolean;
  /** Whether compiled graphs are compared with the model's own file first. */
  readonly selfCheck: boolean;
  /** Whether steps on WebGPU are recorded and replayed. */
  readonly replay: boolean;
  /** Whether complete runs that others replace are kept. */
  readonly history: boolean;
  /** The number of runs at a time. */
  readonly jobs: number;
  /** Whether the steps of runs are fused where they can be. */
  readonly fuse: FuseMode;
  /** Keys set to other values than in the files, for example `prompt.length=5`. */
  readonly overrides: readonly string[];
  /** Where complete runs are reported to. */
  readonly reportTo: readonly ReportTo[];
  /** Whether only the summaries are written, of the results that are there. */
  readonly summarize: boolean;
  /** Only runs whose title matches a pattern or contains this text. */
  readonly only?: string;
  /** Whether to start no further run after one that fails. */
  readonly failFast: boolean;
  /** The part of the batch to execute. */
  readonly shard?: Shard | PlannedShard;
  /** The file of the plan that a task's part is of; that of the last submission where it is left out. */
  readonly plan?: string;
  /** Whether only what would be run is shown, with an estimate of its time. */
  readonly dryRun: boolean;
  /** Whether to execute them however many they are. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** A part of what `submit` has planned: this task's of the array, by its index; or what comes when all of them have ended. */
export type PlannedShard = "auto" | "last";

/** Part `index`, from 1, of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}
