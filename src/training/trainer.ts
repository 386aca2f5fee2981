import { allDone } from "../base/all_done.ts";
import { evaluate } from "../compiler/graph/dimension.ts";
import type { StateTensor } from "../compiler/passes/optimizer.ts";
import { float32Tensor, scalarTensor, type Tensor } from "../device/device.ts";
import type { Duration, TunedBy } from "../experiment/types.ts";
import type { TrainingExamples } from "../prompt/training_feeds.ts";
import { BatchQueue } from "./batch_queue.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { CheckpointTimer } from "./checkpoint_timer.ts";
import type { Best, Parameters, ValidationMetrics } from "./early_stopping.ts";
import { learningRateAt } from "./schedule.ts";
import { dispose, type StepOutputs, type StepSessions, takeStep, toHost } from "./step.ts";
import type { TrainedBy } from "./trained_by.ts";
import type { HistoryLine } from "./training_files.ts";
import { Interrupted, Stopped, TrainingError } from "./training_error.ts";
import { TrainingProgress } from "./training_progress.ts";
import { float32Data } from "../device/tensor_data.ts";

export type { HistoryLine } from "./training_files.ts";

/** What is tuned, on which data, and how. */
export interface TuningTask extends StepSessions {
  /** The optimizer's state tensors. */
  readonly state: readonly StateTensor[];
  /** The initial parameters: `prompt` float32 [length, dimension], or a model's weights by name. */
  readonly parameters: Parameters;
  readonly examples: TrainingExamples;
  /** Fills the places after shorter examples; `undefined` where the model would read them. */
  readonly padId: number | undefined;
  /** Batches are padded to a multiple of this number of tokens; by default, to their longest example. */
  readonly lengthStep?: number;
  /** `label_tokens` and `label_weights`; none where the answers are texts. */
  readonly verbalizer: Readonly<Record<string, Tensor>>;
  readonly spec: TrainedBy;
  readonly seed: number;
  /** The class weights, where the step's loss is a weighted mean. */
  readonly classWeights?: readonly number[];
  /** Measures on the validation set; absent where there is none. */
  readonly validate?: (parameters: Parameters) => Promise<ValidationMetrics>;
  /** The checkpoint of an earlier, interrupted run of the same task. */
  readonly resume?: Checkpoint;
  /** Decides when checkpoints are written: that of runs which take their steps together, or one of its own. */
  readonly timer?: CheckpointTimer;
  /** Interrupts between two steps. */
  readonly signal?: AbortSignal;
  /** The step after which it stops, where it is not to be used yet: even a task that has all its steps does not end then. */
  readonly stopAfter?: number;
}

/** An event of tuning. */
export type TuningEvent =
  | {
    readonly kind: "step";
    readonly step: number;
    readonly total: number;
    /** Only at lines of the history and at checkpoints: between them it stays on the device. */
    readonly loss?: number;
  }
  | { readonly kind: "history"; readonly line: HistoryLine }
  | { readonly kind: "checkpoint"; readonly checkpoint: Checkpoint };

/** The result of tuning. */
export interface Tuned {
  /** The best parameters on the validation set; without one, the last. */
  readonly parameters: Parameters;
  readonly bestStep: number;
  readonly steps: number;
  readonly seconds: number;
  readonly examplesPerSecond: number;
}

/** The number of steps of a task. */
export function totalSteps(spec: Pick<TunedBy, "batchSize"> & Duration, examples: number): number {
  return spec.steps === undefined ? spec.epochs * Math.ceil(examples / spec.batchSize) : spec.steps;
}

/** The number of validations of a task. */
export function validations(
  spec: Pick<TunedBy, "batchSize" | "validateEvery"> & Duration,
  examples: number,
): number {
  return Math.ceil(totalSteps(spec, examples) / validationInterval(spec, examples));
}

/** The number of steps between two validations of a task. */
export function validationInterval(
  { batchSize, validateEvery }: Pick<TunedBy, "batchSize" | "validateEvery">,
  examples: number,
): number {
  return validateEvery ?? Math.ceil(examples / batchSize);
}

/**
 * Tunes a soft prompt alone, where the model's weights are constants of the compiled step; or the model, where its
 * weights are the step's inputs.
 *
 * The examples' order in each epoch has its own random stream, so that a run that resumes from a checkpoint does what
 * it would have done uninterrupted, to the same bits.
 *
 * The parameters, the optimizer's state and the losses stay on the device between steps; at a line of the history and at a checkpoint
 * the losses are read, and everything else with them, so that there is a state to resume from if the device fails.
 *
 * @throws {TrainingError} on a loss that is not finite
 * @throws {Interrupted} when the signal aborts
 * @throws {Stopped} after the step that it stops after, or at the end where that comes first
 */
export async function* tune(task: TuningTask): AsyncGenerator<TuningEvent, Tuned> {
  const { spec, examples } = task;
  const total = totalSteps(spec, examples.length);
  const last = Math.min(total, task.stopAfter ?? total);
  const perEpoch = Math.ceil(examples.length / spec.batchSize);
  const progress = new TrainingProgress(task.resume ?? startOf(task), spec);
  const { losses, state, stopping } = progress;
  const timer = task.timer ?? new CheckpointTimer({ bytes: sizeOf(progress.checkpoint) });
  const checkpoint = (): TuningEvent => ({ kind: "checkpoint", checkpoint: progress.checkpoint });
  const queue = new BatchQueue(task, perEpoch);
  const rateAt = (step: number) => learningRateAt(step, total, spec.optimizer.learningRate, spec.schedule);
  const launched = (step: number) =>
    takeStep(task, queue.at(step - 1), task.verbalizer, {
      ...state.feeds,
      learning_rate: scalarTensor(rateAt(step)),
      weight_decay: scalarTensor(spec.optimizer.weightDecay),
      clip_norm: scalarTensor(spec.clipNorm),
      step: scalarTensor(step),
    });
  /** The next step, where it has begun before the last one was read. */
  let ahead: Promise<StepOutputs> | undefined;
  try {
    while (progress.step < last && !stopping.isOver) {
      const epoch = 1 + Math.floor(progress.step / perEpoch);
      const step = progress.step + 1;
      const started = performance.now();
      if (ahead === undefined && task.signal?.aborted) {
        throw new Interrupted(`interrupted after step ${step - 1} of ${total}`);
      }
      const running = ahead ?? launched(step);
      ahead = undefined;
      // While the device computes, the host prepares the next batch.
      if (step < last) queue.at(step);
      const outputs = await running;
      progress.advance(outputs);
      const endsEpoch = step % perEpoch === 0 || step === total;
      const validates = task.validate !== undefined &&
        (spec.validateEvery === undefined ? endsEpoch : step % spec.validateEvery === 0 || step === total);
      const logs = step % spec.logEvery === 0 || endsEpoch || validates;
      const isDue = timer.isDue(step, endsEpoch);
      if (!logs && !isDue) {
        dispose(outputs.gradient);
        progress.seconds += (performance.now() - started) / 1000;
        yield { kind: "step", step, total };
        continue;
      }
      const reading = allDone([progress.read(), toHost(outputs.gradient)]);
      // The device goes on meanwhile, unless what is measured now decides whether it does.
      if (step < total && !validates && !task.signal?.aborted) {
        ahead = launched(step + 1);
        // Where reading fails, that failure is reported, and not what becomes of the step.
        ahead.catch(() => {});
      }
      const [read, gradient] = await reading;
      const recent = read.losses;
      const gradientNorm = normOf(gradient);
      checkFinite(recent, gradientNorm, step, spec);
      const validation = validates ? await validated(task, progress, read.state) : undefined;
      progress.seconds += (performance.now() - started) / 1000;
      if (logs) losses.clear();
      const began = timer.time();
      progress.keep(read);
      yield { kind: "step", step, total, loss: recent.at(-1)! };
      if (logs) {
        yield {
          kind: "history",
          line: historyLine(step, epoch, recent, rateAt(step), gradientNorm, validation),
        };
      }
      if (!isDue) continue;
      yield checkpoint();
      timer.count(step, began);
    }
    if (task.stopAfter !== undefined) {
      throw new Stopped(`stopped after step ${progress.step} of ${total}`, progress.seconds);
    }
  } catch (error) {
    if (error instanceof Interrupted) {
      progress.keep(await progress.read());
    }
    // Otherwise the last good state, from the last line of the history: a failed device cannot be read.
    yield checkpoint();
    throw error;
  } finally {
    await ahead?.then(freed, () => {});
    progress.free();
  }
  const best: Pick<Best, "parameters" | "step"> = stopping.best ?? progress.checkpoint;
  return {
    parameters: best.parameters,
    bestStep: best.step,
    steps: progress.step,
    seconds: progress.seconds,
    examplesPerSecond: progress.step * spec.batchSize / progress.seconds,
  };
}

/** Validates the current parameters, where there is a validation set. */
async function validated(
  { validate }: TuningTask,
  { step, stopping }: TrainingProgress,
  { parameters }: Pick<Checkpoint, "parameters">,
): Promise<ValidationMetrics | undefined> {
  if (validate === undefined) return undefined;
  const validation = await validate(parameters);
  stopping.see({ step, validation, parameters });
  return validation;
}

/** Frees what a step gave that is not used. */
function freed({ loss, gradient, next }: StepOutputs): void {
  [loss, gradient, ...Object.values(next)].forEach(dispose);
}

/** A line of the history. @param losses of the steps since the last line */
function historyLine(
  step: number,
  epoch: number,
  losses: readonly number[],
  learningRate: number,
  gradientNorm: number,
  validation: ValidationMetrics | undefined,
): HistoryLine {
  return {
    step,
    epoch,
    loss: losses.reduce((sum, one) => sum + one, 0) / losses.length,
    learning_rate: learningRate,
    gradient_norm: gradientNorm,
    ...(validation && { validation }),
  };
}

/**
 * Checks the losses up to a step, and the norm of its gradient.
 *
 * @throws {TrainingError} naming the step of the first that is not finite
 */
function checkFinite(
  losses: readonly number[],
  gradientNorm: number,
  step: number,
  spec: TunedBy,
): void {
  const faulty = losses.findIndex((loss) => !Number.isFinite(loss));
  if (faulty >= 0) throw new TrainingError(notFinite("loss", step - losses.length + faulty + 1, spec));
  if (!Number.isFinite(gradientNorm)) throw new TrainingError(notFinite("gradient", step, spec));
}

/** The message on a loss or a gradient that is not finite. @param step from 1 */
function notFinite(what: "loss" | "gradient", step: number, { optimizer }: TunedBy): string {
  return what === "loss" && step === 1
    ? "the loss is not finite at step 1, before anything was tuned: the model's own logits are not finite; export or download it again, or set 'precision: float32' where it is float16"
    : `the ${what} is not finite at step ${step}: lower 'training.optimizer.learningRate' (${optimizer.learningRate}) or set 'training.clipNorm'`;
}

function startOf({ parameters, state }: TuningTask): Checkpoint {
  const length = parameters.prompt?.dims[0] ?? 0;
  const zeros = ({ shape }: StateTensor) => {
    const dims = shape.map((dimension) => evaluate(dimension, { length }));
    return float32Tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  };
  return {
    step: 0,
    parameters,
    state: Object.fromEntries(state.map((tensor) => [tensor.name, zeros(tensor)])),
    losses: [],
    waited: 0,
    seconds: 0,
  };
}

/** The bytes of a checkpoint with the best parameters beside the last. */
function sizeOf({ parameters, state }: Checkpoint): number {
  const tensors = [parameters, parameters, state].flatMap((some) => Object.values(some));
  return tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
}

function normOf(tensor: Tensor): number {
  let sum = 0;
  for (const x of float32Data(tensor)) sum += x * x;
  return Math.sqrt(sum);
}
