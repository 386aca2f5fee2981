import { stringify } from "@std/csv/stringify";
import type { Classification } from "../inference/load_run.ts";
import { cellOf } from "../results/csv_cell.ts";
import type { PREDICTION_FORMATS } from "./flag_values.ts";

/** The format of predictions. */
export type PredictionFormat = typeof PREDICTION_FORMATS[number];

/** A text's values, with its prediction. */
export interface PredictedText {
  readonly shown: Readonly<Record<string, unknown>>;
  readonly answer: Pick<Classification, "predicted" | "probabilities">;
}

/** Writes predictions as lines, in pieces. */
export interface PredictionWriter {
  /** The lines of further texts, each ending in a line break. */
  lines(texts: readonly PredictedText[]): string;
  /** What the lines do not show. */
  readonly note?: string | undefined;
}

/** A writer in a format. @param classes of the run, in the order of the columns of their probabilities */
export function predictionWriter(format: PredictionFormat, classes: readonly string[]): PredictionWriter {
  return format === "jsonl" ? JSON_LINES : new CsvWriter(classes);
}

const JSON_LINES: PredictionWriter = {
  lines: (texts) =>
    texts.map(({ shown, answer: { predicted, probabilities } }) =>
      `${JSON.stringify({ ...shown, predicted, probabilities }, asJson)}\n`
    ).join(""),
};

/** A table: the columns of the first texts, the predicted class, and the probability of each class. */
class CsvWriter implements PredictionWriter {
  private columns: readonly string[] | undefined;
  private readonly lacking = new Set<string>();

  constructor(private readonly classes: readonly string[]) {}

  lines(texts: readonly PredictedText[]): string {
    const own = ["predicted", ...this.classes.map((name) => `probability_${name}`)];
    const isFirst = this.columns === undefined;
    const named = new Set(texts.flatMap(({ shown }) => Object.keys(shown)));
    const columns = this.columns ??= [...named].filter((name) => !own.includes(name));
    for (const name of named) if (!columns.includes(name) && !own.includes(name)) this.lacking.add(name);
    const rows = texts.map(({ shown, answer: { predicted, probabilities } }) => [
      ...columns.map((name) => cellOf(asJson(name, Object.hasOwn(shown, name) ? shown[name] : undefined))),
      cellOf(predicted),
      ...this.classes.map((name) => cellOf(probabilities[name])),
    ]);
    return stringify([...(isFirst ? [[...columns, ...own].map(cellOf)] : []), ...rows], { crlf: false });
  }

  get note(): string | undefined {
    return this.lacking.size === 0
      ? undefined
      : `the table has the columns of the first texts, and lacks ${
        [...this.lacking].map((name) => `'${name}'`).join(", ")
      } of later ones: --format jsonl writes all`;
  }
}

/** Parquet values that JSON cannot represent: large integers become strings, bytes are left out. */
function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return undefined;
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
