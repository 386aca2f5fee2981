import type { DeviceKind } from "../device/device_error.ts";
import type { DownloadReporter } from "../hub/repository.ts";

/** The options of loading a run, whatever its answers are. */
export interface CommonLoadOptions {
  /** The device; by default the experiment's own. */
  readonly device?: DeviceKind | "auto";
  /** The model's folder, if it has moved since the run. */
  readonly model?: string;
  /** A folder that caches the compiled model between calls; by default nothing is cached. */
  readonly cache?: string;
  /** Takes notices, one line each: for example, that a model is downloaded. By default nothing is reported. */
  readonly log?: (line: string) => void;
  /** Receives the progress of downloads. By default `log` takes a line when one starts. */
  readonly downloads?: DownloadReporter;
}

/** The options of loading a run whose answers are classes with probabilities. */
export interface LoadOptions extends CommonLoadOptions {
  /** What the run's answers are: classes, unless `texts` is asked for. */
  readonly answers?: "classes";
  /** A prompt that was tuned in the page of `serve`, a file that takes the place of the run's own prompt and classes. */
  readonly prompt?: string;
}

/** The options of loading a run whose answers are generated: free texts (`answer.target`), or those of classes (`answer.choose: generate`). */
export interface TextLoadOptions extends CommonLoadOptions {
  /** What the run's answers are. */
  readonly answers: "texts";
}
