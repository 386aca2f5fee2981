/** A number that keeps its spelling; `JSON.stringify` writes the same text. */
export interface WrittenNumber {
  readonly rawJSON: string;
}

/** The part of JSON's API that TypeScript does not declare yet: https://tc39.es/proposal-json-parse-with-source/ */
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
 * Parses JSON. A number that JavaScript would write differently (1.0, 1e3, 12345678901234567890) keeps its spelling.
 *
 * @throws {SyntaxError} where the text is not JSON
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

/** @param text a number in JSON's syntax */
export function writtenNumber(text: string): WrittenNumber {
  return json.rawJSON(text);
}

/** Whether a value is a number that keeps its spelling. */
export function isWrittenNumber(value: unknown): value is WrittenNumber {
  return json.isRawJSON(value);
}
