/** The values of the rows before one text's prompt, by name. */
export interface TextValues {
  readonly rows: number;
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** How many numbers the values of a name are, for a text of some rows. */
export type ValueSizes = ReadonlyMap<string, (rows: number) => number>;
