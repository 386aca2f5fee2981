import type { Builder } from "../ops/builder.ts";
import { CompileError } from "../graph/errors.ts";
import type { Attributes, Value } from "../graph/graph.ts";
import { ANY, checkInputs, PACKED, signature } from "../ops/operator_signature.ts";

/** A node that is about to be imported. */
export interface Fused {
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
}

/** An operator with its inputs and attributes, as a file has it or as it is imported. */
export interface Application extends Fused {
  /** Its name, prefixed with its domain where that is not ONNX's own. */
  readonly op: string;
}

/**
 * Expresses a fused operator in plain ones, which have gradients and let selections through.
 *
 * @returns the outputs, without trailing ones that the compiler never reads
 * @throws {CompileError} on a use of the operator that is not supported
 */
export type Lowering = (b: Builder, node: Fused) => readonly Value[];

/**
 * A lowering whose inputs are counted before it runs; their types are checked by the operators that it makes.
 *
 * @param inputs their names in the operator's schema, in order; `name?` can be left out
 */
export function lowering(inputs: readonly string[], lower: Lowering): Lowering {
  const parameters = signature(
    Object.fromEntries(inputs.map((name) => [name, "any"])),
    { any: [...ANY, ...PACKED] },
  ).map((parameter) => ({ ...parameter, type: parameter.name }));
  return (b, node) => {
    checkInputs(parameters, node.inputs);
    return lower(b, node);
  };
}

/** @throws {CompileError} where an input that is not supported is given, naming it */
export function refuse(node: Fused, inputs: Readonly<Record<number, string>>): void {
  for (const [at, name] of Object.entries(inputs)) {
    if (node.inputs[Number(at)]) throw new CompileError(`the input '${name}' is not supported`);
  }
}
