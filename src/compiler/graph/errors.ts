/** A model cannot be compiled: the message names the operator, the node, the model's file and the reason. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}

/** `operator MatMul of node '/encoder/MatMul'`, for messages; nodes that the compiler made have no name. */
export function operatorOfNode(op: string, name: string): string {
  return `operator ${op}${name && ` of node '${name}'`}`;
}
