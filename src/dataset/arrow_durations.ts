import { decodeBase64 } from "@std/encoding/base64";

/** Arrow's type of durations: https://github.com/apache/arrow/blob/main/format/Schema.fbs */
const DURATION = 18;

/** A message begins with this marker and its length, 4 bytes each. */
const CONTINUATION = 0xffff_ffff;

/**
 * The columns that hold durations: Parquet has no such type, and Arrow's writers store them as plain integers.
 *
 * @param schema Arrow's schema as a Parquet file stores it: a FlatBuffers message in Base64
 */
export function durationColumns(schema: string): ReadonlySet<string> {
  const bytes = decodeBase64(schema);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(0, true) === CONTINUATION ? 8 : 4;
  const columns = new Set<string>();
  const header = fieldAt(view, pointedAt(view, start), 2);
  const fields = header && fieldAt(view, pointedAt(view, header), 1);
  if (fields === undefined) return columns;
  const list = pointedAt(view, fields);
  for (let i = 0; i < view.getUint32(list, true); i++) {
    const field = pointedAt(view, list + 4 + 4 * i);
    const name = fieldAt(view, field, 0);
    const type = fieldAt(view, field, 2);
    if (name === undefined || type === undefined || view.getUint8(type) !== DURATION) continue;
    const text = pointedAt(view, name);
    const length = view.getUint32(text, true);
    columns.add(new TextDecoder().decode(bytes.subarray(text + 4, text + 4 + length)));
  }
  return columns;
}

/** https://flatbuffers.dev/internals/: the target of a relative offset. */
function pointedAt(view: DataView, at: number): number {
  return at + view.getUint32(at, true);
}

/** The position of a table's field, by its index; `undefined` where the table lacks it. */
function fieldAt(view: DataView, table: number, field: number): number | undefined {
  const fields = table - view.getInt32(table, true);
  const entry = 4 + 2 * field;
  const offset = entry < view.getUint16(fields, true) ? view.getUint16(fields + entry, true) : 0;
  return offset === 0 ? undefined : table + offset;
}
