import { stringify } from "@std/csv/stringify";
import type { Classification } from "../inference/load_run.ts";
import { cellOf } from "../results/csv_cell.ts";
import type { PREDICTION_FORMATS } from "./flag_values.ts";

/** The format of predictions. */
export type PredictionFormat = typeof PREDICTION_FORMATS[number];

/** A text's values, with its answer. */
export interface AnsweredText<Answer> {
  readonly shown: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

/** How answers of one kind are written. */
export interface AnswerForm<Answer> {
  /** As JSON, beside the text's values. */
  readonly json: (answer: Answer) => Readonly<Record<string, unknown>>;
  /** The columns of a table … */
  readonly columns: readonly string[];
  /** … and a row of them. */
  readonly cells: (answer: Answer) => readonly unknown[];
}

/** Writes answers as lines, in pieces. */
export interface PredictionWriter<Answer> {
  /** The lines of further texts, each ending in a line break. */
  lines(texts: readonly AnsweredText<Answer>[]): string;
  /** What the lines do not show. */
  notes(): readonly string[];
}

/** The predicted class, and the probability of each class. @param classes of the run, in the order of their columns */
export function classAnswers(
  classes: readonly string[],
): AnswerForm<Pick<Classification, "predicted" | "probabilities">> {
  return {
    json: ({ predicted, probabilities }) => ({ predicted, probabilities }),
    columns: ["predicted", ...classes.map((name) => `probability_${name}`)],
    cells: ({ predicted, probabilities }) => [predicted, ...classes.map((name) => probabilities[name])],
  };
}

/** A writer in a format. */
export function predictionWriter<Answer>(
  format: PredictionFormat,
  form: AnswerForm<Answer>,
): PredictionWriter<Answer> {
  return format === "jsonl" ? jsonLines(form) : new CsvWriter(form);
}

function jsonLines<Answer>({ json }: AnswerForm<Answer>): PredictionWriter<Answer> {
  return {
    lines: (texts) =>
      texts.map(({ shown, answer }) => `${JSON.stringify({ ...shown, ...json(answer) }, asJson)}\n`).join(""),
    notes: () => [],
  };
}

/** A table: the columns of the first texts, and those of the answers. */
class CsvWriter<Answer> implements PredictionWriter<Answer> {
  private columns: readonly string[] | undefined;
  private readonly lacking = new Set<string>();

  constructor(private readonly form: AnswerForm<Answer>) {}

  lines(texts: readonly AnsweredText<Answer>[]): string {
    const { columns: own, cells } = this.form;
    const isFirst = this.columns === undefined;
    const named = new Set(texts.flatMap(({ shown }) => Object.keys(shown)));
    const columns = this.columns ??= [...named].filter((name) => !own.includes(name));
    for (const name of named) if (!columns.includes(name) && !own.includes(name)) this.lacking.add(name);
    const rows = texts.map(({ shown, answer }) => [
      ...columns.map((name) => cellOf(asJson(name, Object.hasOwn(shown, name) ? shown[name] : undefined))),
      ...cells(answer).map(cellOf),
    ]);
    return stringify([...(isFirst ? [[...columns, ...own].map(cellOf)] : []), ...rows]);
  }

  notes(): readonly string[] {
    return this.lacking.size === 0 ? [] : [
      `the table has the columns of the first texts, and lacks ${
        [...this.lacking].map((name) => `'${name}'`).join(", ")
      } of later ones: --format jsonl writes all`,
    ];
  }
}

/** Parquet values that JSON cannot represent: large integers become strings, bytes are left out. */
export function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return undefined;
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
