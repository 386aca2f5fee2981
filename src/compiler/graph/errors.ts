/**
 * A model cannot be compiled: the message names the operator, the node, the model's file and the reason.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { CompileError, compileHard } from "softprompt/compiler";
 *
 * assertThrows(() => compileHard(new TextEncoder().encode("<html>"), "model.onnx"), CompileError, "model.onnx");
 * ```
 */
export class CompileError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CompileError";
}

/** `operator MatMul of node '/encoder/MatMul'`, for messages; nodes that the compiler made have no name. */
export function operatorOfNode(op: string, name: string): string {
  return `operator ${op}${name && ` of node '${name}'`}`;
}
