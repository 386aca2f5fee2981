import type { NodeProto } from "onnx-buf";
import { checkBudget } from "../graph/budget.ts";

/** Counts the characters in the names of nodes and of what they read and make. */
export class CountedNames {
  private characters = 0;

  /**
   * Counts a node.
   *
   * @throws {CompileError} where the nodes so far have longer names than the compiler works on
   */
  add({ name, opType, input, output }: NodeProto): void {
    for (const one of [name, ...input, ...output]) this.characters += one.length;
    const where = `the model up to operator ${opType}`;
    checkBudget("characters in the names of its nodes and tensors", this.characters, where);
  }
}
