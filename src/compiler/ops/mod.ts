/**
 * The table of operators that a graph can hold: one row for each name in `graph/operator_attributes.ts`. A row holds all that the
 * compiler knows about its operator: types and shapes, gradient, how selections pass it, and traits (`operator_traits.ts`). To add
 * an operator, add its name and attributes there, its row to the file of its kind here, and a case for each of its float inputs
 * to `test/compiler/ops/gradient_cases.ts`.
 */
import { CompileError } from "../graph/errors.ts";
import { activations } from "./activation.ts";
import { cutting } from "./cutting.ts";
import { elementwise } from "./elementwise.ts";
import { logic } from "./logic.ts";
import { matrix } from "./matrix.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import { reductions } from "./reduction.ts";
import { quantization } from "./quantization.ts";
import type { OperatorName } from "../graph/operator_attributes.ts";
import type { OpDefinition } from "./op_definition.ts";
import { selection } from "./selection.ts";
import { shapes } from "./shapes.ts";
import { views } from "./views.ts";

/** The rows. A name without one, or a row without a name, does not compile. */
export const OPERATORS: { readonly [Name in OperatorName]: OpDefinition } = {
  ...elementwise,
  ...logic,
  ...activations,
  ...matrix,
  ...reductions,
  ...normalization,
  ...quantization,
  ...views,
  ...movement,
  ...cutting,
  ...selection,
  ...shapes,
};

/** The row of an operator. */
export function definitionOf(op: OperatorName): OpDefinition {
  return OPERATORS[op];
}

/**
 * The operator with this name.
 *
 * @param op a name as a model's file has it, after its domain
 * @param where names the operator, the node and the model, for the message
 * @throws {CompileError} where there is none
 */
export function operatorNamed(op: string, where: () => string): OperatorName {
  if (isOperatorName(op)) return op;
  throw new CompileError(
    `no row for ${where()}: the compiler does not know it. Export the model with plain ONNX operators, or add a row in src/compiler/ops/`,
  );
}

function isOperatorName(op: string): op is OperatorName {
  return Object.hasOwn(OPERATORS, op);
}
