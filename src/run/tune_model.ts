import type { CompiledModel } from "../compiler/mod.ts";
import { float32Tensor } from "../device/device.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { ModelTuning } from "../experiment/types.ts";
import { answerBatches, fillerOf } from "../prompt/padding.ts";
import type { Parameters } from "../training/early_stopping.ts";
import type { Tuned } from "../training/trainer.ts";
import { resume } from "./resume.ts";
import { runTrainer, validation } from "./run_trainer.ts";
import type { RunContext } from "./context.ts";
import type { EncodedExample } from "./encode_dataset.ts";
import type { RunParts } from "./run_parts.ts";

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
 * @param compiled the training step
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 */
export async function tuneModel<One extends EncodedExample, Made>(
  { prepared, formTask, encoded, device, sessions }: RunParts<One, Made, ModelTuning>,
  compiled: CompiledModel,
  context: RunContext,
): Promise<TunedModel> {
  const { trainStep, answer } = await sessions.modelTuning(compiled);
  const { signal, stopAfter } = context;
  const { experiment: { seed, evaluation, training, precision }, model } = prepared;
  const classifier = (inputs: Parameters): Classifier => ({
    session: answer,
    inputs,
    ...answerBatches(model, answer, evaluation, device),
    precision,
    tuned: true,
  });
  const start = compiled.parameters.map(({ name, dims, start }) =>
    [name, float32Tensor(start, dims)] as const
  );
  const from = await resume(context);
  const task = {
    trainStep,
    state: compiled.state,
    parameters: Object.fromEntries(start),
    examples: encoded.train,
    padId: fillerOf(model, trainStep),
    verbalizer: formTask.verbalizer,
    spec: training,
    seed,
    signal,
    ...formTask.weights,
    ...validation(
      prepared,
      encoded,
      (parameters, questions) => formTask.validate(classifier(parameters), questions),
      context,
    ),
    ...(from && { resume: from }),
    ...(stopAfter !== undefined && { stopAfter }),
  };
  const tuned = await runTrainer(task, context);
  const { parameters } = tuned;
  return { classifier: classifier(parameters), parameters, tuned };
}
