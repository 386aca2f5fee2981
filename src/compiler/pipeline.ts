import { findEmbedding } from "./analysis/embedding_layer.ts";
import { importModel, type KeptOutputs } from "./frontend/import.ts";
import type { OnnxFile } from "./frontend/onnx_file.ts";
import { CompileError } from "./graph/errors.ts";
import type { Graph, Value } from "./graph/graph.ts";
import { type LoweringTarget, type Precision, SIMPLIFY } from "./lower_for_target.ts";
import { canonicalize } from "./passes/canonicalize.ts";
import { differentiateClassLoss } from "./passes/class_slope.ts";
import { differentiate } from "./passes/differentiate.ts";
import { exposePositions } from "./passes/expose_positions.ts";
import { hoistBatchSum } from "./passes/hoist_batch_sum.ts";
import { LOSS_SCALE, unscaled } from "./passes/mixed_precision.ts";
import {
  appendWeightOptimizer,
  differentiateByWeights,
  feedWeights,
  type WeightInputs,
} from "./passes/model_tuning.ts";
import { narrow } from "./passes/narrow.ts";
import {
  addLoss,
  CLASS_LOGITS,
  type LossMean,
  OBJECTIVE,
  onlyOutput,
  readAnswer,
  withoutObjective,
  WORD_LOGITS,
} from "./passes/objective.ts";
import { scoreTargets } from "./passes/score_targets.ts";
import { addTextLoss, differentiateText } from "./passes/text_loss.ts";
import { appendOptimizer, optimizerGraph } from "./passes/append_optimizer.ts";
import type { OptimizerName } from "./passes/optimizer.ts";
import type { Pass, Property } from "./passes/pass.ts";
import { promptPlace } from "./passes/prompt_place.ts";
import { shareSlope } from "./passes/share_slope.ts";
import { type Insertion, PROMPT, type Prompts, splice } from "./passes/splice.ts";

/** What holds of every graph that was just made. */
export const NEW: readonly Property[] = ["made", "gradient unscaled", "full precision", "not lowered"];

/**
 * The inference graph in the compiler's own form, its positions an input.
 *
 * @param kept what the graph gives beside its logits (`importModel`)
 */
export function frontend(file: OnnxFile, kept?: KeptOutputs): readonly Pass[] {
  return [
    {
      name: "import",
      requires: ["no graph"],
      ensures: ["imported", "token logits", "no prompt", "not updated", ...NEW],
      ends: ["no graph"],
      run: (_, log) => importModel(file, log, kept),
    },
    {
      name: "canonicalize",
      requires: ["imported", "token logits", "not lowered"],
      ensures: ["canonical"],
      run: canonicalize,
    },
    {
      name: "expose positions",
      requires: ["canonical", "token logits", "no prompt", "not lowered"],
      ensures: ["positions exposed"],
      run: (graph) => exposePositions(graph).graph,
    },
  ];
}

/** The embeddings that a prompt's vectors take the place of, as the only output. */
export function readEmbeddings(insertion: Insertion): Pass {
  return {
    name: "read embeddings",
    requires: ["positions exposed", "token logits", "no prompt", "not lowered"],
    ensures: [],
    ends: ["token logits"],
    run: (graph) => ({
      ...graph,
      outputs: new Map([["embeddings", promptPlace(findEmbedding(graph), insertion)]]),
    }),
  };
}

/** A prompt, or a bank of them, in the place of embeddings. */
export function splicePrompt(insertion: Insertion, prompts: Prompts): Pass {
  return {
    name: "splice",
    requires: ["positions exposed", "token logits", "no prompt", "not lowered"],
    ensures: ["prompt spliced"],
    ends: ["no prompt"],
    run: (graph) => splice(findEmbedding(graph), insertion, prompts).graph,
  };
}

/** The logits at the answer: of the classes and of all words. */
export const READ_ANSWER: Pass = {
  name: "read answer",
  requires: ["positions exposed", "token logits", "not lowered"],
  ensures: ["answer read"],
  ends: ["token logits"],
  run: readAnswer,
};

/** The graph of one of the answer's two outputs, without what only the other one needs. */
function narrowTo(output: typeof CLASS_LOGITS | typeof WORD_LOGITS): Pass {
  return {
    name: "narrow",
    requires: ["canonical", "answer read", "not lowered"],
    ensures: output === CLASS_LOGITS ? ["narrowed", "class logits"] : ["narrowed"],
    ends: ["answer read"],
    run: (graph, log) => narrow(onlyOutput(graph, output), log),
  };
}

/** The graph of the classes' logits, of which as little as possible is computed. */
export const NARROW_TO_CLASSES: Pass = narrowTo(CLASS_LOGITS);

/** The graph of all words' logits, of which as little as possible is computed. */
export const NARROW_TO_WORDS: Pass = narrowTo(WORD_LOGITS);

/** The logarithms of the target tokens' probabilities, to be differentiated, and the loss. */
const TEXT_OBJECTIVE: readonly Pass[] = [
  {
    name: "score targets",
    requires: ["narrowed", "targets read", "not lowered"],
    ensures: ["targets scored", "targets sloped"],
    ends: ["targets read"],
    run: (graph) => scoreTargets(graph, "slope"),
  },
  {
    name: "add loss",
    requires: ["targets scored", "targets sloped", "not lowered"],
    ensures: ["loss added"],
    run: addTextLoss,
  },
];

/** The loss, from the classes' logits. */
function lossOf(mean: LossMean): Pass {
  return {
    name: "add loss",
    requires: ["narrowed", "class logits", "not lowered"],
    ensures: ["loss added"],
    run: (graph) => addLoss(graph, mean),
  };
}

const SHARE_SLOPE: Pass = {
  name: "share slope",
  requires: ["differentiated", "not lowered"],
  ensures: [],
  run: shareSlope,
};

/** From the classes' logits to a training step of a prompt. */
export function promptStep(
  mean: LossMean,
  optimizer: OptimizerName,
  { target, precision }: LoweringTarget,
): readonly Pass[] {
  const scale = lossScale(precision);
  return [
    lossOf(mean),
    {
      name: "differentiate",
      requires: ["prompt spliced", "loss added", "not lowered"],
      ensures: ["differentiated", "prompt gradient"],
      ends: scale === 1 ? [] : ["gradient unscaled"],
      run: (graph) => {
        const prompt = inputOf(graph, PROMPT);
        // On WebGPU each node costs the host; on CPUs results keep their bits.
        const differentiated = target === "webgpu"
          ? differentiateClassLoss(graph, mean, prompt, scale)
          : differentiate(graph, OBJECTIVE, prompt, scale);
        return withoutObjective(differentiated);
      },
    },
    ...fromGradient(optimizer, scale),
  ];
}

/** From the logits that predict a target text's tokens to a training step of a prompt. */
export function textStep(optimizer: OptimizerName, precision: Precision): readonly Pass[] {
  const scale = lossScale(precision);
  return [
    ...TEXT_OBJECTIVE,
    {
      name: "differentiate",
      requires: ["prompt spliced", "targets sloped", "loss added", "not lowered"],
      ensures: ["differentiated", "prompt gradient"],
      ends: ["targets sloped", ...(scale === 1 ? [] : ["gradient unscaled"] as const)],
      run: (graph) => differentiateText(graph, inputOf(graph, PROMPT), scale),
    },
    ...fromGradient(optimizer, scale),
  ];
}

/** The factor of the loss before its gradient is taken. */
function lossScale(precision: Precision): number {
  return precision === "float16" ? LOSS_SCALE : 1;
}

/** From a prompt's gradient to its training step. */
function fromGradient(optimizer: OptimizerName, scale: number): readonly Pass[] {
  return [
    SHARE_SLOPE,
    SIMPLIFY,
    {
      name: "narrow backward",
      requires: ["differentiated", "simplified", "not lowered"],
      ensures: ["backward narrowed"],
      run: narrow,
    },
    {
      name: "hoist batch sum",
      requires: ["backward narrowed", "not updated", "not lowered"],
      ensures: [],
      run: hoistBatchSum,
    },
    ...(scale === 1 ? [] : [unscaleBy(scale)]),
    {
      name: "optimizer",
      requires: [
        "prompt spliced",
        "backward narrowed",
        "prompt gradient",
        "gradient unscaled",
        "not lowered",
      ],
      ensures: ["updated"],
      ends: ["not updated"],
      run: (graph) => appendOptimizer(graph, inputOf(graph, PROMPT), optimizer),
    },
  ];
}

function unscaleBy(scale: number): Pass {
  return {
    name: "unscale gradient",
    requires: ["prompt gradient", "not lowered"],
    ensures: ["gradient unscaled"],
    run: (graph) => unscaled(graph, scale),
  };
}

/** The update of a prompt alone, for gradients that were summed elsewhere. @param dimension the size of the prompt's vectors */
export function optimizerAlone(optimizer: OptimizerName, dimension: number): Pass {
  return {
    name: "optimizer",
    requires: ["no graph"],
    ensures: ["updated", ...NEW],
    ends: ["no graph"],
    run: ({ source }) => optimizerGraph(optimizer, dimension, source),
  };
}

/** The model's weights as inputs. */
export function feedWeightsTo(weights: WeightInputs): Pass {
  return {
    name: "feed weights",
    requires: ["narrowed", "not lowered"],
    ensures: ["weights fed"],
    run: (graph) => feedWeights(graph, weights),
  };
}

/** From the classes' logits to a training step of the whole model, whose weights are inputs. */
export function modelStep(
  mean: LossMean,
  optimizer: OptimizerName,
  weights: WeightInputs,
): readonly Pass[] {
  return [
    lossOf(mean),
    {
      name: "differentiate",
      requires: ["weights fed", "loss added", "not lowered"],
      ensures: ["differentiated", "weight gradients"],
      run: (graph) => differentiateByWeights(graph, weights),
    },
    {
      name: "optimizer",
      requires: ["weights fed", "weight gradients", "gradient unscaled", "not lowered"],
      ensures: ["updated"],
      ends: ["weight gradients", "not updated"],
      run: (graph) => appendWeightOptimizer(graph, weights, optimizer),
    },
    SHARE_SLOPE,
    SIMPLIFY,
  ];
}

/** An input of a graph that an earlier pass has added. */
function inputOf({ inputs, source }: Graph, name: string): Value {
  const input = inputs.find((one) => one.name === name);
  if (input === undefined) throw new CompileError(`${source} has no input '${name}'`);
  return input;
}
