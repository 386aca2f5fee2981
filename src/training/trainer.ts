import { evaluate, type StateTensor } from "../compiler/mod.ts";
import { float32Tensor, scalarTensor, type Session, type Tensor } from "../device/device.ts";
import type { TrainingSpec } from "../experiment/types.ts";
import type { BatchFeeds, LabelledEncoding } from "../prompt/batches.ts";
import { BatchQueue } from "./batch_queue.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Best, EarlyStopping, type Watched } from "./early_stopping.ts";
import { learningRateAt } from "./schedule.ts";

/** What is tuned, on what, and how. */
export interface TuningTask {
  /** The compiled training step, opened on a device. */
  readonly session: Session;
  /** The optimizer alone, opened on a device, for batches whose gradient is accumulated. */
  readonly update: Session;
  /** The optimizer's state tensors. */
  readonly state: readonly StateTensor[];
  /** Where tuning starts: float32 [length, dimension]. */
  readonly prompt: Tensor;
  readonly examples: readonly LabelledEncoding[];
  /** Fills the places behind shorter examples. */
  readonly padId: number;
  /** `label_tokens` and `label_weights`. */
  readonly verbalizer: Readonly<Record<string, Tensor>>;
  readonly spec: TrainingSpec;
  readonly seed: number;
  /** Measures a prompt on the validation set; absent where there is none. */
  readonly validate?: (prompt: Tensor) => Promise<Watched>;
  /** Where an earlier run of the same task was interrupted. */
  readonly resume?: Checkpoint;
  /** Interrupts between two steps. */
  readonly signal?: AbortSignal;
}

/** A line of the history. */
export interface HistoryLine {
  readonly step: number;
  /** From 1. */
  readonly epoch: number;
  /** The mean over the steps since the last line. */
  readonly loss: number;
  readonly learning_rate: number;
  /** Of the last step, before clipping. */
  readonly gradient_norm: number;
  readonly validation?: Watched;
}

/** What happens while a prompt is tuned. */
export type TuningEvent =
  | { readonly kind: "step"; readonly step: number; readonly total: number; readonly loss: number }
  | { readonly kind: "history"; readonly line: HistoryLine }
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint };

/** How tuning ended. */
export interface Tuned {
  /** The best prompt on the validation set; without one, the last. */
  readonly prompt: Tensor;
  readonly bestStep: number;
  readonly steps: number;
  readonly seconds: number;
  readonly examplesPerSecond: number;
}

/** Tuning came to an end that it should not have. The last good checkpoint has been given out before. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
}

/** Somebody interrupted tuning; a checkpoint has been given out before. */
export class Interrupted extends TrainingError {
  override readonly name = "Interrupted";
}

/** How many steps a task takes. */
export function totalSteps({ epochs, steps, batchSize }: TrainingSpec, examples: number): number {
  return steps ?? epochs! * Math.ceil(examples / batchSize);
}

/**
 * Tunes a soft prompt and nothing else: the model is inside the compiled step, as constants.
 *
 * The examples' order in each epoch is a random stream of its own, so that a run that goes on from a checkpoint does what
 * it would have done uninterrupted, to the same bits.
 *
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 */
export async function* tune(task: TuningTask): AsyncGenerator<TuningEvent, Tuned> {
  const { spec, examples, resume } = task;
  const total = totalSteps(spec, examples.length), perEpoch = Math.ceil(examples.length / spec.batchSize);
  const stopping = new EarlyStopping(
    spec.earlyStopping?.metric ?? "accuracy",
    spec.earlyStopping?.patience,
    resume?.best,
    resume?.waited,
  );
  let { prompt, state, step: done, losses, seconds } = resume ?? startOf(task);
  const checkpoint = (): TuningEvent => {
    const { best, waited } = stopping;
    return {
      kind: "checkpoint",
      checkpoint: { step: done, prompt, state, losses, waited, seconds, ...(best && { best }) },
    };
  };
  const queue = new BatchQueue(task, perEpoch);
  while (done < total && !stopping.isOver) {
    const epoch = Math.floor(done / perEpoch), step = done + 1, started = performance.now();
    if (task.signal?.aborted) {
      yield checkpoint();
      throw new Interrupted(`interrupted after step ${done} of ${total}`);
    }
    const learningRate = learningRateAt(step, total, spec.optimizer.learningRate, spec.schedule);
    const running = takeStep(task, queue.at(done), {
      ...state,
      prompt,
      learning_rate: scalarTensor(learningRate),
      weight_decay: scalarTensor(spec.optimizer.weightDecay),
      clip_norm: scalarTensor(spec.clipNorm),
      step: scalarTensor(step),
    });
    // The device works; the host makes the next batch ready.
    if (step < total) queue.at(step);
    const outputs = await running;
    const loss = Number(outputs.loss!.data[0]), gradientNorm = normOf(outputs.gradient!);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      yield checkpoint();
      throw new TrainingError(
        `the ${
          Number.isFinite(loss) ? "gradient" : "loss"
        } is not finite at step ${step}: lower 'training.optimizer.learningRate' (${spec.optimizer.learningRate}) or set 'training.clipNorm'`,
      );
    }
    prompt = outputs.prompt_next!;
    state = Object.fromEntries(task.state.map(({ name }) => [name, outputs[`${name}_next`]!]));
    losses = [...losses, loss];
    done = step;
    const endsEpoch = done % perEpoch === 0 || done === total;
    const validation = endsEpoch ? await task.validate?.(prompt) : undefined;
    if (validation !== undefined) stopping.see({ step, validation, prompt });
    seconds += (performance.now() - started) / 1000;
    yield { kind: "step", step, total, loss };
    if (done % spec.logEvery === 0 || endsEpoch) {
      const mean = losses.reduce((sum, one) => sum + one, 0) / losses.length;
      losses = [];
      const line = {
        step,
        epoch: epoch + 1,
        loss: mean,
        learning_rate: learningRate,
        gradient_norm: gradientNorm,
      };
      yield { kind: "history", line: { ...line, ...(validation && { validation }) } };
    }
    if (endsEpoch) yield checkpoint();
  }
  const best: Pick<Best, "prompt" | "step"> = stopping.best ?? { prompt, step: done };
  const seen = done * spec.batchSize;
  return {
    prompt: best.prompt,
    bestStep: best.step,
    steps: done,
    seconds,
    examplesPerSecond: seen / seconds,
  };
}

/**
 * One step over a batch, or over its parts one after the other, whose gradients are then averaged by their examples and
 * given to the optimizer: the same up to rounding, with the memory of one part.
 *
 * @param parts the batch's examples as inputs of the step
 * @param moment the prompt, the optimizer's state and the step's hyperparameters
 * @returns `loss`, `gradient`, `prompt_next` and each state's next
 */
async function takeStep(
  task: TuningTask,
  parts: readonly BatchFeeds[],
  moment: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const run = (part: BatchFeeds) => task.session.run({ ...part, ...task.verbalizer, ...moment });
  if (parts.length === 1) return await run(parts[0]!);
  const { data, dims } = moment.prompt!, gradient = new Float64Array(data.length);
  const examples = parts.reduce((sum, { labels }) => sum + labels.data.length, 0);
  let loss = 0;
  for (const part of parts) {
    const share = part.labels.data.length / examples, outputs = await run(part);
    loss += share * Number(outputs.loss!.data[0]);
    for (const [i, x] of (outputs.gradient!.data as Float32Array).entries()) gradient[i]! += share * x;
  }
  const mean = float32Tensor(Float32Array.from(gradient), dims);
  return {
    loss: scalarTensor(loss),
    gradient: mean,
    ...await task.update.run({ ...moment, gradient: mean }),
  };
}

function startOf({ prompt, state }: TuningTask): Checkpoint {
  const length = prompt.dims[0]!;
  const zeros = ({ shape }: StateTensor) => {
    const dims = shape.map((dimension) => evaluate(dimension, { length }));
    return float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  };
  return {
    step: 0,
    prompt,
    state: Object.fromEntries(state.map((tensor) => [tensor.name, zeros(tensor)])),
    losses: [],
    waited: 0,
    seconds: 0,
  };
}

function normOf({ data }: Tensor): number {
  let sum = 0;
  for (const x of data as Float32Array) sum += x * x;
  return Math.sqrt(sum);
}
