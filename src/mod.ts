/**
 * Prompts that were tuned, for programs: load a run and classify with it.
 *
 * @module
 */
export {
  type Classifiable,
  type Classification,
  LoadedRun,
  type LoadOptions,
  loadRun,
} from "./inference/load_run.ts";
export type { DownloadProgress, DownloadReporter } from "./hub/repository.ts";
export { InputError } from "./base/errors.ts";
export { DeviceError, type DeviceKind } from "./device/device_error.ts";
export type { ClassExperiment } from "./experiment/class_experiment.ts";
export type * from "./experiment/experiment_file.ts";
export type * from "./experiment/text_types.ts";
export type * from "./experiment/types.ts";
