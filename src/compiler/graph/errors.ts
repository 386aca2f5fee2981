/** What cannot be compiled, and why: the message names the operator, the node and the model's file. */
export class CompileError extends Error {
  /** Tells it from other errors. */
  override readonly name = "CompileError";
}
