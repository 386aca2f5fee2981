import type { Builder } from "../ops/builder.ts";
import { type Dimension, symbol } from "../graph/dimension.ts";
import type { Value } from "../graph/graph.ts";
import { hasLength } from "../graph/tuple.ts";

/** The optimizers that a training step can end in. */
export type OptimizerName = "adamw" | "adafactor" | "adafactor-factored" | "sgd";

/** A tensor that an optimizer keeps between steps; it starts at zero. */
export interface StateTensor {
  /** As the training step names it: its input, and with `_next` its output. */
  readonly name: string;
  /** In terms of the prompt's `length`. */
  readonly shape: readonly Dimension[];
}

/** The inputs of an optimizer's update. */
interface UpdateInputs {
  /** float32 [length, dimension] or, for a bank, [prompts, length, dimension]; clipped. */
  readonly gradient: Value;
  /** Its state, in the order of its state tensors. */
  readonly kept: readonly Value[];
  /** 1, 2, …, float32 []. */
  readonly step: Value;
}

/** A rule: the tensors that it keeps, and the direction of its step. */
interface Optimizer {
  state(prompt: readonly Dimension[]): readonly StateTensor[];
  /** The direction, which is multiplied by the learning rate, and the next state. */
  update(b: Builder, inputs: UpdateInputs): { direction: Value; next: readonly Value[] };
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Loshchilov & Hutter 2019: bias-corrected moments; betas 0.9 and 0.999, epsilon 1e-8. */
const adamw: Optimizer = {
  state: (shape) => [{ name: "first_moment", shape }, { name: "second_moment", shape }],
  update(b, { gradient, kept: [first, second], step }) {
    const firstNext = exponentialMovingAverage(b, first!, gradient, b.scalar(BETA_1));
    const secondNext = exponentialMovingAverage(b, second!, b.multiply(gradient, gradient), b.scalar(BETA_2));
    const deviation = b.op("Sqrt", [b.divide(secondNext, shortfall(b, BETA_2, step))]);
    const mean = b.divide(firstNext, shortfall(b, BETA_1, step));
    return {
      direction: b.divide(mean, b.add(deviation, b.scalar(EPSILON))),
      next: [firstNext, secondNext],
    };
  },
};

/** The exponent of Adafactor's decay, what it adds to squares, and the root mean square that its updates are clipped to. */
const DECAY_EXPONENT = -0.8;
const SQUARE_EPSILON = 1e-30;
const CLIP_THRESHOLD = 1;

/**
 * Shazeer & Stern 2018, as prompts are tuned with it: no momentum, the step not relative to the parameter's size. Factored,
 * the second moment is kept as its means along both axes.
 */
function adafactor(factored: boolean): Optimizer {
  return {
    state: (shape) =>
      factored && shape.length > 1
        ? [
          { name: "row_moment", shape: shape.toSpliced(-1, 1) },
          { name: "column_moment", shape: shape.toSpliced(-2, 1) },
        ]
        : [{ name: "second_moment", shape }],
    update(b, { gradient, kept, step }) {
      const decay = b.subtract(b.scalar(1), b.op("Pow", [step, b.scalar(DECAY_EXPONENT)]));
      const squares = b.add(b.multiply(gradient, gradient), b.scalar(SQUARE_EPSILON));
      const axes = ownAxes(gradient);
      const averaged = (before: Value, now: Value) => exponentialMovingAverage(b, before, now, decay);
      let next: readonly Value[];
      let secondMoment: Value;
      if (hasLength(kept, 2) && hasLength(axes, 2)) {
        const [rowAxis, columnAxis] = axes;
        const meanOver = (axis: number, { shape }: Value) => b.reshape(b.mean(squares, [axis]), shape);
        const rows = averaged(kept[0], meanOver(columnAxis, kept[0]));
        const columns = averaged(kept[1], meanOver(rowAxis, kept[1]));
        const { shape } = gradient;
        const [high, wide] = [b.reshape(rows, shape.with(-1, 1)), b.reshape(columns, shape.with(-2, 1))];
        next = [rows, columns];
        secondMoment = b.divide(b.multiply(high, wide), b.mean(high, [rowAxis]));
      } else {
        next = [secondMoment = averaged(kept[0]!, squares)];
      }
      const update = b.divide(gradient, b.op("Sqrt", [secondMoment]));
      const size = b.op("Sqrt", [b.mean(b.multiply(update, update), axes)]);
      const excess = b.op("Max", [b.divide(size, b.scalar(CLIP_THRESHOLD)), b.scalar(1)]);
      return { direction: b.divide(update, excess), next };
    },
  };
}

const MOMENTUM = 0.9;

/** Stochastic gradient descent with momentum 0.9 (Sutskever et al. 2013, as PyTorch has it: no dampening). */
const sgd: Optimizer = {
  state: (shape) => [{ name: "velocity", shape }],
  update(b, { gradient, kept: [velocity] }) {
    const next = b.add(b.multiply(velocity!, b.scalar(MOMENTUM)), gradient);
    return { direction: next, next: [next] };
  },
};

/** The rules by their names. */
export const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = {
  adamw,
  adafactor: adafactor(false),
  "adafactor-factored": adafactor(true),
  sgd,
};

/**
 * The names of the optimizers.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { OPTIMIZER_NAMES } from "softprompt/compiler";
 *
 * assertEquals(OPTIMIZER_NAMES, ["adamw", "adafactor", "adafactor-factored", "sgd"]);
 * ```
 */
export const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as readonly OptimizerName[];

/** The tensors that an optimizer keeps for a prompt whose vectors have this size; a bank's are one for each prompt. */
export function optimizerState(name: OptimizerName, dimension: Dimension): readonly StateTensor[] {
  return OPTIMIZERS[name].state([symbol("length"), dimension]);
}

/** The axes of a tensor's own rows and columns: the last two, after the axis of a bank's prompts. */
export function ownAxes({ shape }: Value): number[] {
  return shape.length < 2 ? [0] : [shape.length - 2, shape.length - 1];
}

/** The tensors that an optimizer keeps for each of a model's parameters: for example `<parameter>.first_moment`. */
export function modelState(
  name: OptimizerName,
  parameters: readonly Pick<Value, "name" | "shape">[],
): readonly StateTensor[] {
  return parameters.flatMap((parameter) =>
    OPTIMIZERS[name].state(parameter.shape).map((tensor) => ({
      name: `${parameter.name}.${tensor.name}`,
      shape: tensor.shape,
    }))
  );
}

/** The moving average: decay · before + (1 - decay) · now. */
function exponentialMovingAverage(b: Builder, before: Value, now: Value, decay: Value): Value {
  return b.add(b.multiply(before, decay), b.multiply(now, b.subtract(b.scalar(1), decay)));
}

/** 1 - beta^step, by which a moment that started at zero falls short. */
function shortfall(b: Builder, beta: number, step: Value): Value {
  return b.subtract(b.scalar(1), b.op("Pow", [b.scalar(beta), step]));
}
