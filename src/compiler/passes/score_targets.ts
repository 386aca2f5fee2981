import { findLanguageHead, type LanguageHead } from "../analysis/language_head.ts";
import { Builder } from "../ops/builder.ts";
import { float32 } from "../graph/constants.ts";
import { type Dimension, symbol } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { pullBack } from "./differentiate.ts";
import { TARGET_LOGITS } from "./read_targets.ts";
import { columnOfEach, columnsOf, type WordRange } from "./vocabulary_columns.ts";

const BATCH = symbol("batch");
const TARGET = symbol("target");

/** The outputs of `scoreTargets`: the logarithms of the target tokens' probabilities, … */
export const TARGET_LOGPROBS = "target_logprobs";
/** … the hidden states that the head makes the logits of, … */
export const HIDDEN = "hidden";
/** … and the gradient of each row's logarithm with respect to its hidden state. The last two are not read at run time. */
export const SLOPE = "slope";

/**
 * The most words whose logits are computed at a time. With 250,000 words, 32 texts and 32 tokens of each, a step takes 0.7 GiB
 * more than its model (4.5 GiB as one writes it down; 1.0 GiB with twice as many words at a time). The limit costs no measurable
 * time: a head of 50,257 words in two parts takes as long as in one.
 */
const MOST_WORDS = 1 << 15;

/**
 * Scores the target's tokens: for each, the logarithm of its probability among all words, log softmax. The vocabulary is gone
 * through in parts, so that no more than one part's logits need to be in memory: of part c, with logits l, these are kept for
 * each row:
 *
 *   m_c = max l,  s_c = Σ exp(l - m_c),  the token's own logit where it is in the part, and
 *   g_c = what flows back into the hidden state from the cotangents exp(l - m_c).
 *
 * With m the largest m_c, Z = Σ exp(m_c - m) s_c. The gradient is linear in cotangents, so that of log Z is
 * Σ exp(m_c - m) g_c / Z: a step multiplies by the head no more often than one that keeps all logits (Milakov & Gimelshein
 * 2018, "Online normalizer calculation for softmax").
 *
 * @param graph with the output `target_logits` float32 [batch, target, vocabulary]
 * @param wanted `slope`, too, for a graph that is to be differentiated
 * @param most words in a part, at most
 * @returns the graph with the input `target_ids` int64 [batch, target], and the output `target_logprobs` float32
 * [batch, target] in place of `target_logits`; for a slope, also `hidden` and `slope`, of its shape
 */
export function scoreTargets(
  graph: Graph,
  wanted: "logprobs" | "slope",
  most: number = MOST_WORDS,
): Graph {
  const b = Builder.of(graph);
  const logits = graph.outputs.get(TARGET_LOGITS)!;
  const ids = b.input("target_ids", "int64", [BATCH, TARGET]);
  const head = findLanguageHead(graph, logits);
  const start = b.nodes.length;
  const column = wanted === "slope" ? columnOfEach(b, logits, ids, head) : undefined;
  const own = column && pulledBack(b, head, start, column, ones(b, column));
  const pulls = { all: wanted === "slope", own: wanted === "slope" && own === undefined };
  const parts = wordRanges(logits, head, most).map((range) =>
    scoredPart(b, { head, logits, ids, range, pulls })
  );
  const whole = parts.length === 1 ? parts[0]! : joined(b, parts, head);
  const { logit, largest, total, pulled, pulledOwn = own } = whole;
  const logprobs = b.subtract(logit, b.add(largest, b.op("Log", [total])));
  const outputs = new Map([[TARGET_LOGPROBS, b.reshape(logprobs, [BATCH, TARGET])]]);
  if (pulled === undefined || pulledOwn === undefined) return b.graph(outputs);
  const slope = b.reshape(b.subtract(pulledOwn, b.divide(pulled, total)), head.hidden.shape);
  return b.graph(new Map([...outputs, [HIDDEN, head.hidden], [SLOPE, slope]]));
}

/** The parts of the vocabulary, of about the same size; a graph without a head has its logits in one. */
function wordRanges(logits: Value, { nodes }: LanguageHead, most: number): WordRange[] {
  const words = logits.shape[2]!;
  if (typeof words !== "number") {
    throw new CompileError(`'${logits.name}' is over ${words} words, and their number must be known`);
  }
  const count = nodes.length === 0 ? 1 : Math.ceil(words / most);
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.round(i * words / count));
  return bounds.slice(1).map((end, i) => ({ start: bounds[i]!, size: end - bounds[i]! }));
}

/** What is kept of a part, or of the whole vocabulary: float32 [batch, target, 1]. */
interface Part {
  /** The token's own logit; 0 where the token is in another part. */
  readonly logit: Value;
  /** The largest logit. */
  readonly largest: Value;
  /** Σ exp(logit - largest). */
  readonly total: Value;
  /** What flows back into the hidden states from exp(logit - largest): [batch, target, size]. */
  readonly pulled: Value | undefined;
  /** The gradient of the token's own logit, where it is to be taken from the parts. */
  readonly pulledOwn: Value | undefined;
}

/** What a part is computed from. */
interface PartOf {
  readonly head: LanguageHead;
  readonly logits: Value;
  readonly ids: Value;
  readonly range: WordRange;
  /** Which gradients are to be taken of it. */
  readonly pulls: { readonly all: boolean; readonly own: boolean };
}

function scoredPart(b: Builder, { head, logits, ids, range, pulls }: PartOf): Part {
  const start = b.nodes.length;
  const isWhole = range.size === logits.shape[2];
  const own = isWhole ? logits : columnsOf(b, logits, range);
  const logit = isWhole ? picked(b, own, ids) : pickedWithin(b, own, ids, range);
  const largest = b.op("ReduceMax", [own, b.integers([2])], { keepdims: 1 });
  const powers = b.op("Exp", [b.subtract(own, largest)]);
  const total = b.sum(powers, [2]);
  return {
    logit,
    largest,
    total,
    pulled: pulls.all ? pulledBack(b, head, start, own, powers) : undefined,
    pulledOwn: pulls.own ? pulledBack(b, head, start, logit, ones(b, logit)) : undefined,
  };
}

function ones(b: Builder, { shape }: Value): Value {
  return b.filled(shape, float32([1], [1]));
}

/** The logit of each row's token. */
function picked(b: Builder, logits: Value, ids: Value): Value {
  return b.op("GatherElements", [logits, b.reshape(ids, [BATCH, TARGET, 1])], { axis: 2 });
}

/** The same within a part; 0 where the token is in another. */
function pickedWithin(b: Builder, logits: Value, ids: Value, { start, size }: WordRange): Value {
  const place = b.subtract(ids, b.integer(start));
  const isWithin = b.op("And", [
    b.op("GreaterOrEqual", [place, b.integer(0)]),
    b.op("Less", [place, b.integer(size)]),
  ]);
  const logit = picked(b, logits, b.op("Where", [isWithin, place, b.integer(0)]));
  return b.op("Where", [b.reshape(isWithin, [BATCH, TARGET, 1]), logit, b.scalar(0)]);
}

/** What flows back into the hidden states from gradients of a value that was made of them: [batch, target, size]. */
function pulledBack(b: Builder, head: LanguageHead, start: number, value: Value, gradient: Value): Value {
  const nodes = [...head.nodes, ...b.nodes.slice(start)];
  const [pulled] = pullBack(b, nodes, new Map([[value, gradient]]), [head.hidden]);
  return b.reshape(pulled!, [BATCH, TARGET, head.size]);
}

/**
 * The parts as one. What a part gives is laid side by side in one tensor, so that all of a part is computed, and its logits
 * are given back, before the next one begins.
 */
function joined(b: Builder, parts: readonly Part[], { size }: LanguageHead): Part {
  const gradients = [parts.some(({ pulled }) => pulled), parts.some(({ pulledOwn }) => pulledOwn)];
  const extents = [1, 1, 1, ...gradients.filter((isThere) => isThere).map(() => size)];
  const rows = parts.map(({ logit, largest, total, pulled, pulledOwn }) =>
    b.op("Concat", [logit, largest, total, ...pulled ? [pulled] : [], ...pulledOwn ? [pulledOwn] : []], {
      axis: 2,
    })
  ).map((row) => b.reshape(row, [BATCH, TARGET, 1, row.shape[2]!]));
  const [logits, largest, totals, pulled, pulledOwn] = b.split(b.op("Concat", rows, { axis: 2 }), 3, extents);
  const whole = b.op("ReduceMax", [largest!, b.integers([2])], { keepdims: 1 });
  const factors = b.op("Exp", [b.subtract(largest!, whole)]);
  const summed = (values: Value, extent: Dimension) => b.reshape(b.sum(values, [2]), [BATCH, TARGET, extent]);
  return {
    logit: summed(logits!, 1),
    largest: b.reshape(whole, [BATCH, TARGET, 1]),
    total: summed(b.multiply(factors, totals!), 1),
    pulled: pulled && summed(b.multiply(factors, pulled), size),
    pulledOwn: pulledOwn && summed(pulledOwn, size),
  };
}
