import { sameShape } from "../../graph/dimension.ts";
import type { Graph, PassLog } from "../../graph/graph.ts";
import type { OperatorName } from "../../graph/operator_attributes.ts";
import { rewrite } from "../../ops/rewrite.ts";

/** The arithmetic on 0 and 1 that is not 0 exactly where the operator's result is true. */
const ARITHMETIC: Partial<Readonly<Record<OperatorName, "Mul" | "Add" | "Sub">>> = {
  And: "Mul",
  Or: "Add",
  Xor: "Sub",
};

/**
 * Computes `And`, `Or` and `Xor` with numbers where one side is broadcast.
 *
 * ONNX Runtime's WebGPU provider (1.30) caches the programs of such nodes by their element types, which for booleans are the
 * same whether a side repeats along the last axis or not: the second node of a session gets the first one's program, and
 * reads the first of every four booleans four times. Masks of a length divisible by 4 come out wrong, without an error. With
 * numbers the two cases have different types.
 */
export function broadcastBooleans(graph: Graph, log: PassLog = () => {}): Graph {
  return rewrite(graph, (node, [a, b], builder) => {
    const operator = ARITHMETIC[node.op];
    if (operator === undefined || !a || !b || sameShape(a.shape, b.shape)) return undefined;
    log("computed with numbers", node.op);
    const result = builder.op(operator, [builder.cast(a, "float32"), builder.cast(b, "float32")]);
    return [builder.cast(result, "bool")];
  });
}
