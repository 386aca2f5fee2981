import { ELEMENT_BYTES, numbers } from "./constants.ts";
import { CompileError } from "./errors.ts";
import type { Constant } from "./graph.ts";
import type { TableLookup } from "./position_lookups.ts";
import { DECODERS } from "./embedding_layer.ts";

/**
 * The row that a table of positions keeps for padding, as RoBERTa's does: it is all zeros, as training never changes it.
 * Texts start after it. Rows of zeros at the table's end are unused ones.
 *
 * @param read the bytes of a constant
 * @returns `undefined` where there is none
 * @throws {CompileError} where several rows are zeros, so that it cannot be told which is the padding's
 */
export function paddingRow(
  { node, rows }: TableLookup,
  read: (constant: Constant) => Uint8Array | undefined,
  source: string,
): number | undefined {
  let table = node.inputs[0]!;
  while (table.producer && DECODERS.has(table.producer.op)) table = table.producer.inputs[0]!;
  const { constant } = table, bytes = constant && (constant.bytes ?? read(constant));
  if (!constant || !bytes || ELEMENT_BYTES[constant.type] < 1) return undefined;
  const each = bytes.length / rows;
  const isZero = (row: number) =>
    numbers({ ...constant, bytes: bytes.subarray(row * each, (row + 1) * each) })?.every((item) =>
      item === 0
    );
  let used = rows;
  while (used > 0 && isZero(used - 1)) used--;
  const empty = Array.from({ length: used }, (_, row) => row).filter(isZero);
  if (empty.length > 1) {
    throw new CompileError(
      `${source}: rows ${
        empty.join(", ")
      } of the table of positions that node '${node.name}' reads are zeros, so that it cannot be told where positions start: export the model without the input 'position_ids'`,
    );
  }
  return empty[0];
}
