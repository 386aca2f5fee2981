import { CompileError } from "../graph/errors.ts";
import type { Constant } from "../graph/graph.ts";
import { isFloat } from "../graph/element_types.ts";
import { definitionOf } from "../ops/mod.ts";
import type { TableLookup } from "./position_lookups.ts";

/**
 * The row that a table of positions keeps for padding, as RoBERTa's does: it is all zeros, as training never changes it
 * (in a quantized table one number, whichever stands for zero). Texts start after it. Such rows at the table's end are unused.
 *
 * @param read the bytes of a constant, where they are at hand
 * @returns `undefined` where there is none
 * @throws {CompileError} where several rows are zeros, so that it cannot be told which is the padding's
 */
export function paddingRow(
  { node, rows }: TableLookup,
  read: (constant: Constant) => Uint8Array | undefined,
  source: string,
): number | undefined {
  let table = node.inputs[0]!;
  while (table.producer && definitionOf(table.producer.op).isDecoder) table = table.producer.inputs[0]!;
  const bytes = table.constant && read(table.constant);
  if (bytes === undefined) {
    throw new CompileError(
      `${source}: the table of positions that node '${node.name}' reads is not at hand, so that it cannot be told where positions start`,
    );
  }
  const each = Math.floor(bytes.length / rows);
  const real = isFloat(table.type);
  const isEmpty = (row: number) => {
    const own = bytes.subarray(row * each, (row + 1) * each);
    const nothing = real ? 0 : own[0];
    return own.every((byte) => byte === nothing);
  };
  let used = rows;
  while (used > 0 && isEmpty(used - 1)) used--;
  const empty = Array.from({ length: used }, (_, row) => row).filter(isEmpty);
  if (empty.length > 1) {
    throw new CompileError(
      `${source}: rows ${
        empty.join(", ")
      } of the table of positions that node '${node.name}' reads are zeros, so that it cannot be told where positions start: export the model without the input 'position_ids'`,
    );
  }
  return empty[0];
}
