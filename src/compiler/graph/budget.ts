import { CompileError } from "./errors.ts";

/**
 * What one model may cost. The largest models that exports are made of have a few thousand nodes and weights, a training step of them
 * three times as many nodes, and their shapes a few symbols; a file that asks for more is damaged, or made to keep the compiler busy.
 */
const BUDGET = {
  "nodes and weights in its file": 250_000,
  "nodes, with its functions inlined": 25_000,
  "nodes with those of gradients, updates and lowerings": 80_000,
  "characters in the names of its nodes and tensors": 20_000_000,
  "graphs within graphs": 32,
  "inputs or outputs": 4096,
  "axes of one tensor": 64,
  "elements of one tensor, however few the texts": 2 ** 36,
  "terms of one dimension": 64,
  "symbols multiplied in one dimension": 16,
} as const;

/**
 * Checks one of the quantities of a model.
 *
 * @param where the node or the file, for the message; an error that names neither gets the node's name from the importer
 * @throws {CompileError} where there are more than the compiler works on
 */
export function checkBudget(what: keyof typeof BUDGET, count: number, where = "it"): void {
  if (count <= BUDGET[what]) return;
  throw new CompileError(
    `${where} has more than ${
      BUDGET[what]
    } ${what}, which is more than the compiler works on: is the file damaged?`,
  );
}
