import { Builder } from "../ops/builder.ts";
import { type Dimension, symbol } from "../graph/dimension.ts";
import type { Graph, Value } from "../graph/graph.ts";

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

/** A rule: which tensors it keeps, and where it moves. */
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
      const [rowAxis, columnAxis] = axes as [number, number];
      let next: Value[];
      let secondMoment: Value;
      if (kept.length > 1) {
        next = [columnAxis, rowAxis].map((axis, i) =>
          exponentialMovingAverage(b, kept[i]!, b.reshape(b.mean(squares, [axis]), kept[i]!.shape), decay)
        );
        const [rows, columns] = next as [Value, Value];
        const { shape } = gradient;
        const [high, wide] = [b.reshape(rows, shape.with(-1, 1)), b.reshape(columns, shape.with(-2, 1))];
        secondMoment = b.divide(b.multiply(high, wide), b.mean(high, [rowAxis]));
      } else {
        next = [secondMoment = exponentialMovingAverage(b, kept[0]!, squares, decay)];
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

const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = {
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

/**
 * Appends an optimizer after clipping by the norm of the whole prompt's gradient, with decoupled weight decay: the prompt
 * moves by learning_rate · (direction + weight_decay · prompt). The prompts of a bank each do so by themselves.
 *
 * @param graph with the output `gradient`, which stays as it is before clipping
 * @param prompt float32 [length, dimension], or [prompts, length, dimension]
 * @returns the graph with the inputs of the optimizer's state, `learning_rate`, `weight_decay` and `clip_norm` (0: no
 * clipping), float32 [] or, for a bank, [prompts], and `step` (1, 2, …), float32 []; and the outputs `prompt_next` and each
 * state's `<name>_next`
 */
export function appendOptimizer(graph: Graph, prompt: Value, name: OptimizerName): Graph {
  const b = Builder.of(graph);
  const optimizer = OPTIMIZERS[name];
  const state = optimizer.state(prompt.shape);
  const kept = state.map((tensor) => b.input(tensor.name, "float32", tensor.shape));
  const each = prompt.shape.slice(0, -2);
  const ones = ownAxes(prompt).map(() => 1);
  const [learningRate, weightDecay, clipNorm] = ["learning_rate", "weight_decay", "clip_norm"].map(
    (input) => {
      const value = b.input(input, "float32", each);
      return each.length > 0 ? b.reshape(value, [...each, ...ones]) : value;
    },
  ) as [Value, Value, Value];
  const step = b.input("step", "float32", []);
  const given = graph.outputs.get("gradient")!;
  const norm = b.reshape(b.op("Sqrt", [b.sum(b.multiply(given, given), ownAxes(given))]), clipNorm.shape);
  const gradient = b.multiply(given, clipFactor(b, norm, clipNorm));
  const { direction, next } = optimizer.update(b, { gradient, kept, step });
  const move = b.multiply(learningRate, b.add(direction, b.multiply(weightDecay, prompt)));
  return b.graph(
    new Map([
      ...graph.outputs,
      ["prompt_next", b.subtract(prompt, move)],
      ...state.map((tensor, i): [string, Value] => [`${tensor.name}_next`, next[i]!]),
    ]),
  );
}

/**
 * The optimizer alone, for gradients that were summed elsewhere.
 *
 * @param dimension the size of the prompt's vectors
 * @returns a graph with the inputs `prompt` and `gradient`, float32 [length, dimension], and those of the optimizer
 */
export function optimizerGraph(name: OptimizerName, dimension: number, source: string): Graph {
  const b = new Builder(source);
  const shape = [symbol("length"), dimension];
  const prompt = b.input("prompt", "float32", shape);
  const gradient = b.input("gradient", "float32", shape);
  const { outputs, ...graph } = appendOptimizer(b.graph(new Map([["gradient", gradient]])), prompt, name);
  const updated = [...outputs].filter(([output]) => output !== "gradient");
  return { ...graph, outputs: new Map(updated) };
}

/** The axes of a tensor's own rows and columns: the last two, after the one that tells the prompts of a bank apart. */
function ownAxes({ shape }: Value): number[] {
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

/**
 * Appends an optimizer that moves all of a model's parameters, after clipping by the norm of all their gradients together.
 *
 * @param b a builder that appends to the graph
 * @param parameters inputs of the graph
 * @param gradients of each
 * @returns the graph with the inputs of `appendOptimizer`, and the outputs `gradient_norm` float32 [], before clipping, and
 * `<name>_next` of each parameter and of each of its states
 */
export function appendModelOptimizer(
  b: Builder,
  outputs: ReadonlyMap<string, Value>,
  parameters: readonly Value[],
  gradients: readonly Value[],
  name: OptimizerName,
): Graph {
  const optimizer = OPTIMIZERS[name];
  const [learningRate, weightDecay, clipNorm, step] = ["learning_rate", "weight_decay", "clip_norm", "step"]
    .map((input) => b.input(input, "float32", [])) as [Value, Value, Value, Value];
  const squares = gradients.map((gradient) =>
    b.reshape(b.sum(b.multiply(gradient, gradient), gradient.shape.map((_, axis) => axis)), [])
  );
  const norm = b.op("Sqrt", [squares.reduce((sum, one) => b.add(sum, one))]);
  const factor = clipFactor(b, norm, clipNorm);
  const moves: [string, Value][] = [];
  for (const [i, parameter] of parameters.entries()) {
    const state = modelState(name, [parameter]);
    const kept = state.map((tensor) => b.input(tensor.name, "float32", tensor.shape));
    const gradient = b.multiply(gradients[i]!, factor);
    const { direction, next } = optimizer.update(b, { gradient, kept, step });
    const move = b.multiply(learningRate, b.add(direction, b.multiply(weightDecay, parameter)));
    moves.push([`${parameter.name}_next`, b.subtract(parameter, move)]);
    for (const [s, tensor] of state.entries()) moves.push([`${tensor.name}_next`, next[s]!]);
  }
  return b.graph(new Map([...outputs, ["gradient_norm", norm], ...moves]));
}

/** The moving average: decay · before + (1 - decay) · now. */
function exponentialMovingAverage(b: Builder, before: Value, now: Value, decay: Value): Value {
  return b.add(b.multiply(before, decay), b.multiply(now, b.subtract(b.scalar(1), decay)));
}

/** 1 - beta^step, by which a moment that started at zero falls short. */
function shortfall(b: Builder, beta: number, step: Value): Value {
  return b.subtract(b.scalar(1), b.op("Pow", [b.scalar(beta), step]));
}

/** min(1, clip_norm / the gradient's norm); 1 where clip_norm is 0. */
function clipFactor(b: Builder, norm: Value, clipNorm: Value): Value {
  const clips = b.op("And", [
    b.op("Greater", [clipNorm, b.scalar(0)]),
    b.op("Greater", [norm, clipNorm]),
  ]);
  return b.op("Where", [clips, b.divide(clipNorm, norm), b.scalar(1)]);
}
