import type { Compiled } from "../compiler/mod.ts";
import type { Device, Tensor } from "../device/device.ts";
import { measure } from "../evaluation/metrics.ts";
import { type Classifier, classLogits } from "../evaluation/predict.ts";
import { neighbours } from "../prompt/neighbours.ts";
import { verbalizerFeeds } from "../prompt/verbalizer.ts";
import type { RunFolder } from "../results/run_folder.ts";
import type { Parameters } from "../training/early_stopping.ts";
import { totalSteps, tune, type Tuned, type TuningTask } from "../training/trainer.ts";
import type { SoftPrompt } from "./classifiers.ts";
import type { Listener } from "./listener.ts";
import { percent } from "./result_cells.ts";
import type { EncodedDataset, Prepared } from "./prepare.ts";
import { inSpace, startPrompt } from "./start_prompt.ts";
import type { TuningSessions } from "./workbench.ts";

/** A tuned soft prompt. */
export interface TunedPrompt extends SoftPrompt {
  readonly tuned: Tuned;
}

/**
 * Tunes an experiment's soft prompt, writing history and checkpoints into the run's folder.
 *
 * @param sessions the compiled step, opened on the device
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 */
export async function tunePrompt(
  prepared: Prepared,
  compiled: Compiled,
  encoded: EncodedDataset,
  device: Device,
  { step, update, predict }: TuningSessions,
  folder: RunFolder,
  title: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<TunedPrompt> {
  const { experiment, model, verbalizer } = prepared, { seed, evaluation } = experiment;
  const spec = experiment.training!, initial = await startPrompt(prepared, compiled, device);
  for (const warning of initial.warnings) listener.say(`warning: ${title}: ${warning}`);
  const padId = model.tokenizer.padId;
  const classifier = (prompt: Tensor): Classifier => ({
    session: predict,
    inputs: { prompt },
    padId,
    batchSize: evaluation.batchSize,
  });
  const labels = encoded.validation.map(({ label }) => label);
  const validate = async ({ prompt }: Parameters) => {
    const logits = await classLogits(classifier(prompt!), encoded.validation, verbalizer.tokens);
    const { accuracy, loss } = measure(logits, labels, verbalizer.classes);
    return { accuracy: accuracy.value, loss };
  };
  const task: TuningTask = {
    session: step,
    update,
    state: compiled.state,
    parameters: { prompt: initial.prompt },
    examples: encoded.train,
    padId,
    verbalizer: verbalizerFeeds(verbalizer),
    spec,
    seed,
    signal,
    ...(labels.length > 0 && { validate }),
    ...(folder.checkpoint && { resume: folder.checkpoint }),
  };
  const tuned = await followed(task, folder, title, listener), prompt = tuned.parameters.prompt!;
  const around = await inSpace(
    prepared,
    compiled,
    device,
    (space) => neighbours(prompt, space, model.tokenizer, initial.origins),
  );
  return { classifier: classifier(prompt), prompt, tuned, neighbours: around };
}

/** Runs the trainer, its events told and written into the run's folder. */
async function followed(
  task: TuningTask,
  folder: RunFolder,
  name: string,
  listener: Listener,
): Promise<Tuned> {
  listener.begin(name, totalSteps(task.spec, task.examples.length));
  let loss = NaN, note = "";
  try {
    const events = tune(task);
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      if (value.kind === "step") {
        loss = value.loss ?? loss;
        listener.step(value.step, Number.isNaN(loss) ? "" : `loss ${loss.toFixed(3)}${note}`);
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
    listener.end();
  }
}
