import { allDone } from "../base/all_done.ts";
import { evaluate } from "../compiler/graph/dimension.ts";
import type { StateTensor } from "../compiler/passes/optimizer.ts";
import { type DeviceTensor, float32Tensor, scalarTensor, type Tensor } from "../device/device.ts";
import type { TrainingSpec } from "../experiment/types.ts";
import type { LabelledEncoding } from "../prompt/batches.ts";
import { BatchQueue } from "./batch_queue.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { CheckpointTimer } from "./checkpoint_timer.ts";
import { type Best, EarlyStopping, type Parameters, type ValidationMetrics } from "./early_stopping.ts";
import { TrainingState } from "./training_state.ts";
import { learningRateAt } from "./schedule.ts";
import { dispose, type StepSessions, takeStep, toHost } from "./step.ts";
import type { HistoryLine } from "./training_files.ts";
import { float32Data } from "../device/tensor_data.ts";

export type { HistoryLine } from "./training_files.ts";

/** What is tuned, on which data, and how. */
export interface TuningTask extends StepSessions {
  /** The optimizer's state tensors. */
  readonly state: readonly StateTensor[];
  /** The initial parameters: `prompt` float32 [length, dimension], or a model's weights by name. */
  readonly parameters: Parameters;
  readonly examples: readonly LabelledEncoding[];
  /** Fills the places after shorter examples; `undefined` where the model would read them. */
  readonly padId: number | undefined;
  /** `label_tokens` and `label_weights`. */
  readonly verbalizer: Readonly<Record<string, Tensor>>;
  readonly spec: TrainingSpec;
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

/** Tuning failed. The last good checkpoint has been emitted before. */
export class TrainingError extends Error {
  override readonly name: string = "TrainingError";
}

/** Tuning was interrupted; a checkpoint has been emitted before. */
export class Interrupted extends TrainingError {
  override readonly name = "Interrupted";
}

/** The number of steps of a task. */
export function totalSteps(spec: TrainingSpec, examples: number): number {
  return spec.steps === undefined ? spec.epochs * Math.ceil(examples / spec.batchSize) : spec.steps;
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
 */
export async function* tune(task: TuningTask): AsyncGenerator<TuningEvent, Tuned> {
  const { spec, examples, resume } = task;
  const total = totalSteps(spec, examples.length);
  const perEpoch = Math.ceil(examples.length / spec.batchSize);
  const stopping = new EarlyStopping(
    spec.earlyStopping?.metric ?? "accuracy",
    spec.earlyStopping?.patience,
    resume?.best,
    resume?.waited,
  );
  let kept: Checkpoint = resume ?? startOf(task);
  let done = kept.step;
  let { losses, seconds } = kept;
  const current = new TrainingState(kept.parameters, kept.state);
  const timer = task.timer ?? new CheckpointTimer({ bytes: sizeOf(kept) });
  /** Losses of the steps since the history's last line that are still on the device. */
  let pending: (Tensor | DeviceTensor)[] = [];
  const bringLosses = async () => {
    const here = await allDone(pending.map(toHost));
    pending = [];
    losses = [...losses, ...here.map(({ data }) => Number(data[0]))];
  };
  const checkpoint = (): TuningEvent => ({ kind: "checkpoint", checkpoint: kept });
  const keep = async () => {
    const { best, waited } = stopping;
    kept = { step: done, ...await current.read(), losses, waited, seconds, ...(best && { best }) };
  };
  const queue = new BatchQueue(task, perEpoch);
  try {
    while (done < total && !stopping.isOver) {
      const epoch = Math.floor(done / perEpoch);
      const step = done + 1;
      const started = performance.now();
      if (task.signal?.aborted) throw new Interrupted(`interrupted after step ${done} of ${total}`);
      const learningRate = learningRateAt(step, total, spec.optimizer.learningRate, spec.schedule);
      const running = takeStep(task, queue.at(done), task.verbalizer, {
        ...current.feeds,
        learning_rate: scalarTensor(learningRate),
        weight_decay: scalarTensor(spec.optimizer.weightDecay),
        clip_norm: scalarTensor(spec.clipNorm),
        step: scalarTensor(step),
      });
      // While the device computes, the host prepares the next batch.
      if (step < total) queue.at(step);
      const { loss, gradient, next } = await running;
      current.advance(next);
      pending.push(loss);
      done = step;
      const endsEpoch = done % perEpoch === 0 || done === total;
      const logs = done % spec.logEvery === 0 || endsEpoch;
      const isDue = timer.isDue(done, endsEpoch);
      if (!logs && !isDue) {
        dispose(gradient);
        seconds += (performance.now() - started) / 1000;
        yield { kind: "step", step, total };
        continue;
      }
      const gradientNorm = normOf(await toHost(gradient));
      await bringLosses();
      const faulty = losses.findIndex((one) => !Number.isFinite(one));
      if (faulty >= 0 || !Number.isFinite(gradientNorm)) {
        throw new TrainingError(notFinite(
          faulty >= 0 ? "loss" : "gradient",
          faulty >= 0 ? step - losses.length + faulty + 1 : step,
          spec,
        ));
      }
      let validation: ValidationMetrics | undefined;
      if (endsEpoch && task.validate) {
        const { parameters } = await current.read();
        validation = await task.validate(parameters);
        stopping.see({ step, validation, parameters });
      }
      seconds += (performance.now() - started) / 1000;
      const mean = losses.reduce((sum, one) => sum + one, 0) / losses.length;
      const last = losses.at(-1)!;
      if (logs) losses = [];
      const began = timer.time();
      await keep();
      yield { kind: "step", step, total, loss: last };
      const line = {
        step,
        epoch: epoch + 1,
        loss: mean,
        learning_rate: learningRate,
        gradient_norm: gradientNorm,
      };
      if (logs) yield { kind: "history", line: { ...line, ...(validation && { validation }) } };
      if (!isDue) continue;
      yield checkpoint();
      timer.count(step, began);
    }
  } catch (error) {
    if (error instanceof Interrupted) {
      await bringLosses();
      await keep();
    }
    // Otherwise the last good state, from the last line of the history: a failed device cannot be read.
    yield checkpoint();
    throw error;
  } finally {
    pending.forEach(dispose);
    current.free();
  }
  const best: Pick<Best, "parameters" | "step"> = stopping.best ?? kept;
  const seen = done * spec.batchSize;
  return {
    parameters: best.parameters,
    bestStep: best.step,
    steps: done,
    seconds,
    examplesPerSecond: seen / seconds,
  };
}

/** The message on a loss or a gradient that is not finite. @param step from 1 */
function notFinite(what: "loss" | "gradient", step: number, { optimizer }: TrainingSpec): string {
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
