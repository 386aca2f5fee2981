import { Builder } from "../ops/builder.ts";
import { symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { gradientsOf, pullBack } from "./differentiate.ts";
import { liveNodes } from "../graph/graph.ts";
import { OBJECTIVE } from "./objective.ts";
import { HIDDEN, SLOPE, TARGET_LOGPROBS } from "./score_targets.ts";

const BATCH = symbol("batch");
const TARGET = symbol("target");
const PROMPTS = symbol("prompts");

/**
 * Adds the loss of target texts: the mean of -log p of their tokens, by weight. In a bank each prompt's loss is that of its own
 * examples, and what is minimized is their sum, so that no prompt's loss affects another's gradient.
 *
 * @param graph with the output `target_logprobs`
 * @returns the graph with the input `target_weights` float32 [batch, target], 0 where there is no token, and the outputs
 * `loss`, Σ weight · -log p / Σ weight, float32 [] or, for a bank, [prompts] (0 where there are no tokens), and `objective`,
 * float32 []
 */
export function addTextLoss(graph: Graph): Graph {
  const b = Builder.of(graph);
  const logprobs = graph.outputs.get(TARGET_LOGPROBS)!;
  const weights = b.input("target_weights", "float32", [BATCH, TARGET]);
  const owners = graph.inputs.find(({ name }) => name === "prompt_of_example");
  // What has no weight is left out and not multiplied by 0, as a padded row may be of a word that cannot be.
  const counts = b.op("Greater", [weights, b.scalar(0)]);
  const losses = b.op("Where", [counts, b.multiply(weights, b.negate(logprobs)), b.scalar(0)]);
  const total = sumOfEach(b, b.sum(losses, [1]), owners);
  const weight = sumOfEach(b, b.sum(weights, [1]), owners);
  const divisor = b.op("Where", [b.op("Greater", [weight, b.scalar(0)]), weight, b.scalar(1)]);
  const loss = b.divide(total, divisor);
  const objective = owners ? b.reshape(b.sum(loss, [0]), []) : loss;
  return b.graph(new Map([...graph.outputs, ["loss", loss], [OBJECTIVE, objective]]));
}

/**
 * Sums over all examples, or over those of each prompt: of another prompt's they are not multiplied by 0, so that a loss of NaN
 * affects only its own.
 *
 * @param values float32 [batch, 1]
 * @param owners int64 [batch], each example's prompt, for a bank
 * @returns float32 [] or [prompts]
 */
function sumOfEach(b: Builder, values: Value, owners: Value | undefined): Value {
  if (owners === undefined) return b.reshape(b.sum(values, [0, 1]), []);
  const isOwn = b.op("Greater", [b.oneHot(owners, PROMPTS), b.scalar(0)]);
  return b.reshape(b.sum(b.op("Where", [isOwn, values, b.scalar(0)]), [0]), [PROMPTS]);
}

/**
 * Adds the gradient of the objective with respect to an input, through the slopes of the targets' logarithms: from the hidden
 * states on back.
 *
 * @param graph with the outputs of `scoreTargets` for a slope, and `objective`
 * @param scale the objective's own gradient
 * @returns the graph with the output `gradient`, of the input's shape, in place of `hidden`, `slope` and `objective`
 * @throws {CompileError} as `differentiate` does
 */
export function differentiateText(graph: Graph, withRespectTo: Value, scale: number): Graph {
  const b = Builder.of(graph);
  const [logprobs, hidden, slope] = [TARGET_LOGPROBS, HIDDEN, SLOPE].map((name) => graph.outputs.get(name)!);
  const [flowing] = gradientsOf(b, graph, OBJECTIVE, [logprobs!], scale);
  const rows = b.reshape(flowing!, [...hidden!.shape.slice(0, -1), 1]);
  const known = new Map([[hidden!, b.multiply(rows, slope!)]]);
  const [gradient] = pullBack(b, liveNodes(graph), known, [withRespectTo]);
  if (gradient === undefined) {
    throw new CompileError(`${graph.source}: the loss does not depend on '${withRespectTo.name}'`);
  }
  const internal = [HIDDEN, SLOPE, OBJECTIVE];
  const outputs = [...graph.outputs].filter(([name]) => !internal.includes(name));
  return b.graph(new Map([...outputs, ["gradient", gradient]]));
}
