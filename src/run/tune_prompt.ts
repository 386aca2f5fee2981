import type { Compiled } from "../compiler/mod.ts";
import type { Device, Tensor } from "../device/device.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { PromptTuning } from "../experiment/types.ts";
import { answerBatches, fillerOf } from "../prompt/padding.ts";
import { verbalizerFeeds } from "../prompt/verbalizer.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { Tuned, TuningTask } from "../training/trainer.ts";
import type { SoftPrompt } from "./classifiers.ts";
import { runTrainer, validation } from "./run_trainer.ts";
import type { ProgressReporter } from "./progress.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";
import { classWeights } from "./class_weights.ts";
import { interpretationAfter, startPrompt } from "./start_prompt.ts";
import type { TuningSessions } from "./resource_cache.ts";

/** A tuned soft prompt. */
export interface TunedPrompt extends SoftPrompt {
  readonly tuned: Tuned;
}

/**
 * Tunes an experiment's soft prompt, writing history and checkpoints into the run's folder.
 *
 * @param sessions the compiled step, opened on the device
 * @param endTuning called when no more steps are taken, before anything else is opened
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 */
export async function tunePrompt(
  prepared: Prepared<PromptTuning>,
  compiled: Compiled,
  encoded: EncodedDataset,
  device: Device,
  { step, update, answer }: TuningSessions,
  folder: RunFolder,
  title: string,
  progress: ProgressReporter,
  signal: AbortSignal,
  endTuning: () => Promise<void>,
): Promise<TunedPrompt> {
  const { experiment, model, verbalizer } = prepared, { seed, evaluation, precision } = experiment;
  const spec = experiment.training,
    initial = await startPrompt(prepared, experiment.prompt, compiled, device);
  for (const warning of initial.warnings) progress.log(`warning: ${title}: ${warning}`);
  const classifier = (prompt: Tensor): Classifier => ({
    session: answer,
    inputs: { prompt },
    ...answerBatches(model, answer, evaluation),
    precision,
    tuned: true,
  });
  const task: TuningTask = {
    session: step,
    update,
    state: compiled.state,
    parameters: { prompt: initial.prompt },
    examples: encoded.train,
    padId: fillerOf(model, step),
    verbalizer: verbalizerFeeds(verbalizer),
    spec,
    seed,
    signal,
    ...classWeights(prepared),
    ...validation(prepared, encoded, ({ prompt }) => classifier(prompt!)),
    ...(folder.checkpoint && { resume: folder.checkpoint }),
  };
  const tuned = await runTrainer(task, folder, title, progress), prompt = tuned.parameters.prompt!;
  await endTuning();
  const meaning = await interpretationAfter(prepared, compiled, device, prompt, initial);
  return { classifier: classifier(prompt), prompt, tuned, meaning };
}
