import { checkBudget } from "../graph/budget.ts";
import { MOST_INTEGERS } from "../graph/constants.ts";
import type { Dimension } from "../graph/dimension.ts";
import { CompileError } from "../graph/errors.ts";
import type { Node } from "../graph/graph.ts";
import { definitionOf } from "./mod.ts";
import type { Output, Signature } from "./op_definition.ts";
import { checkSignature } from "./operator_signature.ts";

/**
 * What the outputs of a node are, by its operator's row: checked against the operator's signature before, and against what a
 * tensor can be after. Known integers are kept only where they are few and exact: what is computed with others is computed by
 * the graph. Those that an input holds are passed on as they are: the largest int64 is a usual end of a Slice.
 *
 * @param outputs the number of wanted outputs
 * @throws {CompileError} where the row cannot take the inputs, or an output would be no tensor
 */
export function inferOutputs(
  { op, inputs, attributes }: Omit<Node, "outputs" | "name">,
  outputs: number,
): Output[] {
  const { signature, infer } = definitionOf(op);
  checkSignature(signature, { op, inputs, attributes });
  const node: Signature = { inputs, attributes, outputs };
  const inferred = infer(node);
  for (const { shape } of inferred) checkExtents(shape);
  return inferred.map((output) => withoutInexact(output, node));
}

/** @throws {CompileError} where extents are those of no tensor */
function checkExtents(shape: readonly Dimension[]): void {
  checkBudget("axes of one tensor", shape.length);
  const wrong = shape.find((extent) => !isExact(extent) || !canBeExtent(extent));
  if (wrong === undefined) {
    const fixed = shape.reduce(
      (size: number, extent) => typeof extent === "number" ? size * extent : size,
      1,
    );
    return checkBudget("elements of one tensor, however few the texts", fixed);
  }
  throw new CompileError(`it would give [${shape.join(", ")}], and no tensor has an extent of ${wrong}`);
}

function withoutInexact(output: Output, { inputs }: Signature): Output {
  const { integers, ...rest } = output;
  if (integers === undefined) return output;
  const isGiven = (item: Dimension) => inputs.some((input) => input?.integers?.includes(item));
  const isKept = integers.length <= MOST_INTEGERS && integers.every((item) => isExact(item) || isGiven(item));
  return isKept ? output : rest;
}

/** Whether each factor of a dimension is a number that is computed with exactly. */
function isExact(dimension: Dimension): boolean {
  if (typeof dimension === "number") return Number.isSafeInteger(dimension);
  for (const factor of dimension.terms.values()) if (!Number.isSafeInteger(factor)) return false;
  return true;
}

/** Whether a dimension is 0 or more for some values of its symbols. */
function canBeExtent(dimension: Dimension): boolean {
  if (typeof dimension === "number") return dimension >= 0;
  for (const factor of dimension.terms.values()) if (factor > 0) return true;
  return false;
}
