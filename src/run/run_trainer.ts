import { ofFile } from "../base/message.ts";
import { namedText } from "../evaluation/answer_error.ts";
import type { Questions } from "../evaluation/predict.ts";
import type { Parameters, ValidationMetrics } from "../training/early_stopping.ts";
import { totalSteps, tune, type Tuned, type TuningTask } from "../training/trainer.ts";
import type { RunContext } from "./context.ts";
import type { EncodedDataset, EncodedExample } from "./encode_dataset.ts";
import type { PreparedBase } from "./complete_prepared.ts";

/**
 * The measurement of tuned parameters on the validation set, where there is one.
 *
 * @param measure measures with given parameters
 * @param context its progress is reported
 */
export function validation<One extends EncodedExample>(
  { dataset }: Pick<PreparedBase, "dataset">,
  { validation }: EncodedDataset<One>,
  measure: (parameters: Parameters, questions: Questions<One>) => Promise<ValidationMetrics>,
  { progress }: Pick<RunContext, "progress">,
): Pick<TuningTask, "validate"> {
  const total = validation.length;
  if (total === 0) return {};
  const nameOf = (i: number) => namedText(ofFile(dataset.validation[i]!.id), dataset.validation[i]!.text);
  const onAnswered = (done: number) => progress.reach({ stage: "validating", done, total });
  const questions = { examples: validation, nameOf, onAnswered };
  return { validate: (parameters) => measure(parameters, questions) };
}

/** Runs the trainer, reports its events and writes them into the run's folder. */
export async function runTrainer(
  task: TuningTask,
  { folder, progress }: RunContext,
): Promise<Tuned> {
  const total = totalSteps(task.spec, task.examples.length);
  progress.reach({ stage: "tuning", done: task.resume?.step ?? 0, total });
  let validation: number | undefined;
  const events = tune(task);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    if (value.kind === "step") {
      progress.reach({ stage: "tuning", done: value.step, total, loss: value.loss, validation });
    }
    if (value.kind === "checkpoint") await folder.keepCheckpoint(value.checkpoint);
    if (value.kind === "history") {
      await folder.appendHistory(value.line);
      if (value.line.validation) {
        validation = value.line.validation.accuracy;
      }
    }
  }
}
