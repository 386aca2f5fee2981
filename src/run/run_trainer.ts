import { ofFile } from "../base/message.ts";
import { percent } from "../base/percent.ts";
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
 */
export function validation(
  { verbalizer, dataset, experiment: { training } }: Prepared,
  { validation }: EncodedDataset,
  classifier: (parameters: Parameters) => Classifier,
): Pick<TuningTask, "validate"> {
  const labels = validation.map(({ label }) => label);
  if (labels.length === 0) return {};
  const nameOf = (i: number) => namedText(ofFile(dataset.validation[i]!.id), dataset.validation[i]!.text);
  const questions = { examples: validation, nameOf };
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
  { title, folder, progress }: RunContext,
): Promise<Tuned> {
  progress.begin(title, totalSteps(task.spec, task.examples.length));
  let loss = NaN;
  let note = "";
  try {
    const events = tune(task);
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      if (value.kind === "step") {
        loss = value.loss ?? loss;
        progress.step(value.step, Number.isNaN(loss) ? "" : `loss ${loss.toFixed(3)}${note}`);
      }
      if (value.kind === "checkpoint") await folder.keepCheckpoint(value.checkpoint);
      if (value.kind === "history") {
        await folder.appendHistory(value.line);
        if (value.line.validation) {
          note = `, validation ${percent(value.line.validation.accuracy)}`;
        }
      }
    }
  } finally {
    progress.end();
  }
}
