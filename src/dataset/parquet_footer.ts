import {
  type ColumnMetaData,
  type FileMetaData,
  parquetSchema,
  type SchemaElement,
  type SchemaTree,
} from "hyparquet";
import { isSize, must, ParquetTooLarge } from "./parquet_damage.ts";

/** A column's part of a row group. */
export interface ColumnChunk {
  readonly meta: ColumnMetaData;
  /** Its schema elements below the root, of which the last has its type. */
  readonly elements: readonly SchemaElement[];
  /** The number of its rows. */
  readonly rows: number;
  /** Its place in the file, in bytes. */
  readonly begin: number;
  readonly end: number;
}

/** The largest number of rows: what reads them holds all of them at once. */
const MOST_ROWS = 10_000_000;

/** The largest number of values of all columns together. */
const MOST_VALUES = 100_000_000;

/**
 * Checks what the footer of a Parquet file says against the format and the file's size
 * (https://parquet.apache.org/docs/file-format/metadata/): the schema is a tree, and every row group has its columns.
 *
 * @param size of the file, in bytes
 * @returns the columns' parts, row group by row group
 * @throws {ParquetDamage} saying what is wrong
 * @throws {ParquetTooLarge} where there are too many rows or values
 */
export function checkFooter(metadata: FileMetaData, size: number): ColumnChunk[] {
  const { schema, row_groups: groups, num_rows: declared } = metadata;
  for (const { name, num_children: children } of schema) {
    must(typeof name === "string", "a column has no name");
    must(children === undefined || isSize(children, schema.length), `'${name}' has ${children} children`);
  }
  const root = parquetSchema(metadata);
  must(
    root.count === schema.length,
    `its schema has ${schema.length} elements, and ${root.count} belong to it`,
  );
  must(root.element.repetition_type !== "REPEATED", "its root is repeated");
  const leaves = leavesOf(root, []);
  const all = sizeOf(declared, Infinity, "the number of rows");
  if (all > MOST_ROWS) throw new ParquetTooLarge(`it has ${all} rows, and at most ${MOST_ROWS} are read`);
  let rows = 0;
  let values = 0;
  const chunks: ColumnChunk[] = [];
  for (const { columns, num_rows: inGroup } of groups) {
    const here = sizeOf(inGroup, all, "the number of a group's rows");
    rows += here;
    must(columns.length === leaves.length, `a group has ${columns.length} of ${leaves.length} columns`);
    for (const [i, { meta_data: meta, file_path: other }] of columns.entries()) {
      must(meta !== undefined && other === undefined, "a column is described in another file");
      const chunk = chunkOf(meta, leaves[i]!, here, size);
      values += Number(meta.num_values);
      chunks.push(chunk);
    }
  }
  must(rows === all, `its groups have ${rows} rows, and it says ${all}`);
  if (values > MOST_VALUES) {
    throw new ParquetTooLarge(`it has ${values} values, and at most ${MOST_VALUES} are read`);
  }
  return chunks;
}

function chunkOf(
  meta: ColumnMetaData,
  elements: readonly SchemaElement[],
  rows: number,
  size: number,
): ColumnChunk {
  const name = elements.map((one) => one.name).join(".");
  const element = elements.at(-1);
  must(
    meta.path_in_schema.join(".") === name,
    `there is '${meta.path_in_schema.join(".")}' in place of '${name}'`,
  );
  must(
    meta.type === element?.type,
    `'${name}' is of the type ${meta.type}, and its schema says ${element?.type}`,
  );
  const values = sizeOf(meta.num_values, Infinity, `the number of values of '${name}'`);
  const isFlat = elements.length === 1 && element?.repetition_type !== "REPEATED";
  must(isFlat ? values === rows : values >= rows, `'${name}' has ${values} values in ${rows} rows`);
  const from = meta.dictionary_page_offset || meta.data_page_offset;
  const begin = sizeOf(from, size, `the place of '${name}'`);
  const end = begin + sizeOf(meta.total_compressed_size, size - begin, `the size of '${name}'`);
  return { meta, elements, rows, begin, end };
}

/** The elements from the root's children to each leaf, in the order of the leaves. */
function leavesOf({ children, element }: SchemaTree, above: readonly SchemaElement[]): SchemaElement[][] {
  return children.flatMap((child) => {
    const path = [...above, child.element];
    must(child.element.repetition_type !== undefined, `'${child.element.name}' has no repetition type`);
    must(
      (child.children.length > 0) !== (child.element.type !== undefined),
      `'${child.element.name}' in '${element.name}' has both a type and children, or neither`,
    );
    return child.children.length > 0 ? leavesOf(child, path) : [path];
  });
}

function sizeOf(value: bigint | undefined, most: number, what: string): number {
  const size = typeof value === "bigint" ? Number(value) : undefined;
  must(isSize(size, most), `${what} is ${value}`);
  return size;
}

/** The bytes of a file's footer: https://parquet.apache.org/docs/file-format/ @throws {ParquetDamage} where it has none */
export function footerOf(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - TAIL;
  must(end >= MAGIC.length, `it has ${bytes.length} bytes`);
  const isMarked = (at: number) => MAGIC.every((byte, i) => bytes[at + i] === byte);
  must(isMarked(0) && isMarked(end + 4), "it does not begin and end with 'PAR1'");
  const length = new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true);
  must(length <= end - MAGIC.length, `its footer has ${length} bytes, and the file ${bytes.length}`);
  return bytes.subarray(end - length, end);
}

/** What a file begins and ends with, and the bytes after the footer: its length and this mark. */
const MAGIC = new TextEncoder().encode("PAR1");
const TAIL = 8;
