import { CompileError } from "../graph/errors.ts";
import type { Constant } from "../graph/graph.ts";
import { isFloat } from "../graph/element_types.ts";
import { definitionOf } from "../ops/mod.ts";
import type { TableLookup } from "./position_lookups.ts";

/**
 * The row that a table of positions reserves for padding, as RoBERTa's does: it is all zeros, because training never changes it
 * (in a quantized table, a single number: the zero point). Texts start after it. Such rows at the table's end are unused.
 *
 * @param read the bytes of a constant, if they can be read
 * @returns `undefined` where there is none
 * @throws {CompileError} where several rows are zeros, so that the padding's is ambiguous
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
      `${source}: the table of positions that node '${node.name}' reads cannot be read, so that the first position is unknown`,
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
      } of the table of positions that node '${node.name}' reads are zeros, so that the first position is unknown: export the model without the input 'position_ids'`,
    );
  }
  return empty[0];
}
