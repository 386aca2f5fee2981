import type { SchemaElement } from "hyparquet";
import { NoText } from "./columns.ts";
import { writtenNumber } from "./written_number.ts";

/** Converts a stored value of a column. */
export type ColumnReading = (stored: unknown) => unknown;

/**
 * The conversion of a column's values, where the library's own loses information.
 *
 * @param isDuration whether its integers are durations
 * @returns `undefined` where the library's values are right
 */
export function columnReading(element: SchemaElement, isDuration: boolean): ColumnReading | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element)) {
    const scale = (logical?.type === "DECIMAL" ? logical.scale : element.scale) ?? 0;
    return (stored) => isNumber(stored) ? decimal(unscaled(stored), scale) : stored;
  }
  if (isDuration) return noText("a duration");
  if (logical?.type === "TIME" || converted?.startsWith("TIME_")) return noText("a time");
  if (logical?.type === "DATE") {
    return (stored) => typeof stored === "number" ? new NoText("a date", stored) : stored;
  }
  if (type === "FLOAT") return (stored) => typeof stored === "number" ? shortest(stored) : stored;
  return type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY"
    ? (stored) => stored instanceof Uint8Array ? textOf(stored) : stored
    : undefined;
}

/** A column whose stored values the library returns unconverted: it would convert decimals to floating point. */
export function asStored(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const { converted_type: _converted, logical_type: _logical, ...stored } = element;
  return stored;
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === "DECIMAL" || logical?.type === "DECIMAL";
}

function noText(kind: string): ColumnReading {
  return (stored) => isNumber(stored) ? new NoText(kind, stored) : stored;
}

function isNumber(stored: unknown): stored is number | bigint | Uint8Array {
  return typeof stored === "number" || typeof stored === "bigint" || stored instanceof Uint8Array;
}

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#decimal: bytes are in two's complement, the highest first. */
function unscaled(stored: number | bigint | Uint8Array): bigint {
  if (!(stored instanceof Uint8Array)) return BigInt(stored);
  const value = stored.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n);
  return BigInt.asIntN(8 * stored.length, value);
}

/** A decimal with all of its digits. */
function decimal(value: bigint, scale: number): unknown {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  const whole = digits.slice(0, digits.length - scale);
  return writtenNumber(scale > 0 ? `${sign}${whole}.${digits.slice(-scale)}` : `${sign}${whole}`);
}

/** The shortest decimal form of a float32: 0.1 and not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Bytes decoded as text; those that are not UTF-8, or contain NUL, stay bytes. */
function textOf(bytes: Uint8Array): string | Uint8Array {
  if (bytes.includes(0)) return bytes;
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}
