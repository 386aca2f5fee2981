/** The bytes of a Parquet file that contradict its format, or each other. */
export class ParquetDamage extends Error {
  override readonly name = "ParquetDamage";
}

/** A Parquet file that is too large to be read. */
export class ParquetTooLarge extends Error {
  override readonly name = "ParquetTooLarge";
}

/**
 * Asserts something of a Parquet file.
 *
 * @throws {ParquetDamage} where it does not hold
 */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new ParquetDamage(otherwise);
}

/** Whether a number is a size that fits into a number of bytes. */
export function isSize(size: number | undefined, most: number): size is number {
  return size !== undefined && Number.isSafeInteger(size) && size >= 0 && size <= most;
}
