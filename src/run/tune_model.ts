import type { CompiledModel } from "../compiler/mod.ts";
import { float32Tensor } from "../device/device.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { ModelTuning } from "../experiment/types.ts";
import { answerBatches, fillerOf } from "../prompt/padding.ts";
import { verbalizerFeeds } from "../prompt/verbalizer.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { Parameters } from "../training/early_stopping.ts";
import type { Tuned } from "../training/trainer.ts";
import { classWeights } from "./class_weights.ts";
import { runTrainer, validation } from "./run_trainer.ts";
import type { ProgressReporter } from "./progress.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";
import type { ModelSessions } from "./resource_cache.ts";

/** A tuned model. */
export interface TunedModel {
  readonly classifier: Classifier;
  /** Its weights, by their names in the model's file. */
  readonly parameters: Parameters;
  readonly tuned: Tuned;
}

/**
 * Tunes an experiment's whole model, writing history and checkpoints into the run's folder.
 *
 * @param sessions the compiled step, opened on the device
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 */
export async function tuneModel(
  prepared: Prepared<ModelTuning>,
  compiled: CompiledModel,
  encoded: EncodedDataset,
  { step, answer }: ModelSessions,
  folder: RunFolder,
  title: string,
  progress: ProgressReporter,
  signal: AbortSignal,
): Promise<TunedModel> {
  const { experiment: { seed, evaluation, training, precision }, model, verbalizer } = prepared;
  const classifier = (inputs: Parameters): Classifier => ({
    session: answer,
    inputs,
    ...answerBatches(model, answer, evaluation),
    precision,
    tuned: true,
  });
  const start = compiled.parameters.map(({ name, dims, start }) =>
    [name, float32Tensor(start, dims)] as const
  );
  const task = {
    session: step,
    state: compiled.state,
    parameters: Object.fromEntries(start),
    examples: encoded.train,
    padId: fillerOf(model, step),
    verbalizer: verbalizerFeeds(verbalizer),
    spec: training,
    seed,
    signal,
    ...classWeights(prepared),
    ...validation(prepared, encoded, classifier),
    ...(folder.checkpoint && { resume: folder.checkpoint }),
  };
  const tuned = await runTrainer(task, folder, title, progress), { parameters } = tuned;
  return { classifier: classifier(parameters), parameters, tuned };
}
