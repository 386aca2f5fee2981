/** A model cannot be compiled: the message names the operator, the node, the model's file and the reason. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}
