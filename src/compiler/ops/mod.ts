/**
 * The table of operators: one row an operator, by its name, prefixed with its domain where that is not ONNX's own.
 * To add an operator, add its row to the file of its kind and a case to that file's test.
 */
import { CompileError } from "../graph/errors.ts";
import { activations } from "./activation.ts";
import { cutting } from "./cutting.ts";
import { elementwise } from "./elementwise.ts";
import { matrix } from "./matrix.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import { reductions } from "./reduction.ts";
import { quantization } from "./quantization.ts";
import type { OpDefinition } from "./op_definition.ts";
import { selection, shapes } from "./selection.ts";

export const OPERATORS: Readonly<Record<string, OpDefinition>> = {
  ...elementwise,
  ...activations,
  ...matrix,
  ...reductions,
  ...normalization,
  ...quantization,
  ...movement,
  ...cutting,
  ...selection,
  ...shapes,
};

/**
 * The row of an operator.
 *
 * @param where names the operator, the node and the model, for the message
 * @throws {CompileError} where there is none
 */
export function definitionOf(op: string, where: () => string): OpDefinition {
  const row = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
  if (row === undefined) {
    throw new CompileError(
      `no row for ${where()}: the compiler does not know it. Export the model with plain ONNX operators, or add a row in src/compiler/ops/`,
    );
  }
  return row;
}
