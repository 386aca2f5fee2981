/** What cannot be compiled, and why: the message names the operator, the node and the model's file. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}
