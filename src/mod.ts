/**
 * Prompts that were tuned, for programs: load a run, and classify or answer with it.
 *
 * @module
 */
export { type Classifiable, type Classification, LoadedRun, loadRun } from "./inference/load_run.ts";
export type { AnswerToken, LoadedTextRun, TextAnswer } from "./inference/load_texts.ts";
export type { CommonLoadOptions, LoadOptions, TextLoadOptions } from "./inference/load_options.ts";
export type { InputText } from "./inference/placed_text.ts";
export type { EndedBy } from "./generation/decoding.ts";
export type { DownloadProgress, DownloadReporter } from "./hub/repository.ts";
export { InputError } from "./base/errors.ts";
export { DeviceError, type DeviceKind } from "./device/device_error.ts";
export type { ClassExperiment } from "./experiment/class_experiment.ts";
export type * from "./experiment/experiment_file.ts";
export type * from "./experiment/text_types.ts";
export type * from "./experiment/types.ts";
