import type { Tensor } from "../device/device.ts";
import { tensorNamed } from "../device/tensor_data.ts";
import type { Classifier } from "../evaluation/predict.ts";
import type { Experiment } from "../experiment/types.ts";
import { answerBatches, fillerOf } from "../prompt/padding.ts";
import type { Tuned, TuningTask } from "../training/trainer.ts";
import type { SoftPrompt } from "./classifiers.ts";
import { keepRows, memoryForRows } from "./kept_rows.ts";
import { resume } from "./resume.ts";
import { runTrainer, validation } from "./run_trainer.ts";
import type { SoftGraphs } from "./compile_run.ts";
import type { RunContext } from "./context.ts";
import type { EncodedExample } from "./encode_dataset.ts";
import type { RunParts } from "./run_parts.ts";
import { interpretationAfter, startPrompt } from "./start_prompt.ts";

/** A tuned soft prompt. */
export interface TunedPrompt extends SoftPrompt {
  readonly tuned: Tuned;
}

/**
 * Tunes an experiment's soft prompt, writing history and checkpoints into the run's folder.
 *
 * @param graphs of the training step
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 */
export async function tunePrompt<One extends EncodedExample, Made>(
  { prepared, formTask, encoded, device, sessions }: RunParts<
    One,
    Made,
    Extract<Experiment, { tune: "prompt" }>
  >,
  graphs: SoftGraphs,
  context: RunContext,
): Promise<TunedPrompt> {
  const { prompt: compiled, prefix } = graphs;
  const memory = prefix ? memoryForRows(context.resources.workers) : 0;
  const { trainStep, update, answer, kept, endSteps } = prefix
    ? await sessions.tuningAfterPrefix(graphs, prefix, memory)
    : await sessions.tuning(graphs);
  if (kept) keepRows(kept, memory, encoded, prepared.experiment.training, context);
  const { experiment, model } = prepared;
  const { seed, evaluation, precision } = experiment;
  const spec = experiment.training;
  const initial = await startPrompt(prepared, experiment.prompt, compiled, device, context);
  const { signal, slot, stopAfter } = context;
  const classifier = (prompt: Tensor): Classifier => ({
    session: answer,
    inputs: { prompt },
    ...answerBatches(model, answer, evaluation, device),
    precision,
    tuned: true,
  });
  const from = await resume(context);
  const task: TuningTask = {
    trainStep,
    update,
    state: compiled.state,
    parameters: { prompt: initial.prompt },
    examples: encoded.train,
    padId: fillerOf(model, trainStep),
    verbalizer: formTask.verbalizer,
    spec,
    seed,
    ...(device.lengthStep !== undefined && { lengthStep: device.lengthStep }),
    signal,
    ...(slot && { timer: slot.timer }),
    ...formTask.weights,
    ...validation(
      prepared,
      encoded,
      (parameters, questions) => formTask.validate(classifier(tensorNamed(parameters, "prompt")), questions),
      context,
    ),
    ...(from && { resume: from }),
    ...(stopAfter !== undefined && { stopAfter }),
  };
  const tuned = await runTrainer(task, context);
  const prompt = tensorNamed(tuned.parameters, "prompt");
  // Checked before anything else is opened.
  await endSteps();
  const meaning = await interpretationAfter(prepared, compiled, device, prompt, initial, context);
  return { classifier: classifier(prompt), prompt, tuned, meaning };
}
