/** A number by the text that it is written as; `JSON.stringify` writes the same. */
export interface WrittenNumber {
  readonly rawJSON: string;
}

/** What TypeScript does not know of JSON yet: https://tc39.es/proposal-json-parse-with-source/ */
interface SourceJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): WrittenNumber;
  isRawJSON(value: unknown): value is WrittenNumber;
}

const json = JSON as unknown as SourceJson;

/**
 * Parses JSON. A number that JavaScript would write otherwise (1.0, 1e3, 12345678901234567890) stays as it is written.
 *
 * @throws {SyntaxError} where the text is no JSON
 * @throws {RangeError} where it is nested too deeply
 */
export function parseWritten(text: string): unknown {
  return json.parse(
    text,
    (_key, value, { source }) =>
      typeof value === "number" && source !== undefined && source !== String(value)
        ? writtenNumber(source)
        : value,
  );
}

/** @param text as JSON has numbers */
export function writtenNumber(text: string): WrittenNumber {
  return json.rawJSON(text);
}

/** Whether a value is a number that stays as it is written. */
export function isWrittenNumber(value: unknown): value is WrittenNumber {
  return json.isRawJSON(value);
}
