import { Builder } from "../ops/builder.ts";
import { sameDimension, symbol } from "../graph/dimension.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { rowsWithin } from "./rows_within.ts";

const BATCH = symbol("batch");
const TARGET = symbol("target");

/** The output that `readTargets` gives. */
export const TARGET_LOGITS = "target_logits";

/** The output that `readNext` gives. */
export const NEXT_LOGITS = "next_logits";

/**
 * Reads the logits that predict a target text's tokens. A decoder of its own gives them for the rows that it reads; any other
 * model's are read at rows of its text.
 *
 * @returns the graph with the input `target_rows` int64 [batch, target] where the model has no decoder of its own, and the
 * output `target_logits` float32 [batch, target, vocabulary] in place of `logits`
 */
export function readTargets(graph: Graph): Graph {
  const b = Builder.of(graph);
  const logits = graph.outputs.get("logits")!;
  const rows = () => rowsWithin(b, b.input("target_rows", "int64", [BATCH, TARGET]), logits);
  const read = isOfTarget(logits)
    ? logits
    : b.op("GatherND", [logits, b.reshape(rows(), [BATCH, TARGET, 1])], { batch_dims: 1 });
  return b.graph(new Map([[TARGET_LOGITS, read]]));
}

/**
 * Reads the logits of the word that comes next.
 *
 * @returns the graph with the input `answer_rows` int64 [batch], a row of the text, or of the decoder's where the model has
 * one, and the output `next_logits` float32 [batch, vocabulary] in place of `logits`
 */
export function readNext(graph: Graph): Graph {
  const b = Builder.of(graph);
  const logits = graph.outputs.get("logits")!;
  const rows = b.reshape(b.input("answer_rows", "int64", [BATCH]), [BATCH, 1, 1]);
  const next = b.op("GatherND", [logits, rows], { batch_dims: 1 });
  return b.graph(new Map([[NEXT_LOGITS, b.reshape(next, [BATCH, logits.shape[2]!])]]));
}

/** Whether logits are those of the rows that a decoder of its own reads. @param logits [batch, rows, vocabulary] */
export function isOfTarget({ shape }: Value): boolean {
  return sameDimension(shape[1]!, TARGET);
}
