import { ofFile } from "../base/message.ts";
import { namedText } from "../evaluation/answer_error.ts";
import { measure } from "../evaluation/metrics.ts";
import { type Classifier, classLogits } from "../evaluation/predict.ts";
import { bestMetric, type Parameters } from "../training/early_stopping.ts";
import { totalSteps, tune, type Tuned, type TuningTask } from "../training/trainer.ts";
import type { RunContext } from "./context.ts";
import type { EncodedDataset } from "./encode_dataset.ts";
import type { Prepared } from "./prepare.ts";

/**
 * The measurement of tuned parameters on the validation set, where there is one.
 *
 * @param classifier makes a classifier with given parameters
 * @param context its progress is reported
 */
export function validation(
  { verbalizer, dataset, experiment: { training } }: Prepared,
  { validation }: EncodedDataset,
  classifier: (parameters: Parameters) => Classifier,
  { progress }: Pick<RunContext, "progress">,
): Pick<TuningTask, "validate"> {
  const labels = validation.map(({ label }) => label);
  if (labels.length === 0) return {};
  const nameOf = (i: number) => namedText(ofFile(dataset.validation[i]!.id), dataset.validation[i]!.text);
  const onAnswered = (done: number) => progress.reach({ stage: "validating", done, total: labels.length });
  const questions = { examples: validation, nameOf, onAnswered };
  const isByF1 = training !== undefined && bestMetric(training) === "macroF1";
  return {
    validate: async (parameters) => {
      const logits = await classLogits(classifier(parameters), questions, verbalizer);
      const { accuracy, macro_f1, loss } = measure(logits, labels, verbalizer.classes);
      return { accuracy: accuracy.value, ...(isByF1 && { macro_f1 }), loss };
    },
  };
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
