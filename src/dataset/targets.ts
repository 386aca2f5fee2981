import { InputError } from "../base/errors.ts";
import { type Message, message, ofFile } from "../base/message.ts";
import type { Target } from "../experiment/template.ts";
import { columnsOf } from "../experiment/template.ts";
import {
  hasText,
  isNull,
  kindOf,
  ownColumns,
  placeIn,
  type TableRecord,
  type TextColumns,
  textIn,
  textOf,
} from "./columns.ts";
import type { AnsweredExample } from "./example.ts";
import type { TargetFault } from "./left_out.ts";

/** The columns of a table's texts, and the template of its right answers. */
export interface AnsweredColumns extends TextColumns {
  readonly target: Target;
}

/** A line without a right answer. */
export class NoTarget {
  /** @param column the one in which it is missing @param what is there, in words */
  constructor(
    readonly why: TargetFault | "null",
    readonly column: string,
    readonly what: string | Message,
  ) {}
}

/** The columns that right answers are made of. */
export function targetColumns({ text, target }: Pick<AnsweredColumns, "text" | "target">): string[] {
  return columnsOf(target).map((name) => name === "text" ? text : name);
}

/** All columns that are read. */
export function answeredColumns(columns: AnsweredColumns): string[] {
  return [...ownColumns(columns), ...targetColumns(columns)];
}

/**
 * A line as a text with its right answers.
 *
 * @param name the table's name in the example's id
 * @throws {InputError} naming the line, where a column of the text is missing
 */
export function answeredExampleOf(
  one: TableRecord,
  name: string,
  path: string,
  columns: AnsweredColumns,
): AnsweredExample | NoTarget {
  const { label: _, ...text } = textOf(one, name, path, columns);
  const targets = targetsOf(one, path, columns);
  return targets instanceof NoTarget ? targets : { ...text, targets };
}

/**
 * The right answers of a line: one; or, where a column holds a list of texts, one for each of them. Texts are trimmed; an answer whose
 * columns are all empty is none.
 *
 * @throws {InputError} naming the line, where two columns hold lists
 */
export function targetsOf(
  one: TableRecord,
  path: string,
  columns: Pick<AnsweredColumns, "text" | "target">,
): readonly [string, ...readonly string[]] | NoTarget {
  const names = targetColumns(columns);
  const values = new Map<string, readonly string[]>();
  for (const column of names) {
    const found = valuesIn(one, column, path);
    if (found instanceof NoTarget) return found;
    values.set(column, found);
  }
  const lists = names.filter((column) => values.get(column)!.length !== 1);
  if (lists.length > 1) {
    throw new InputError(
      `${placeIn(path, one)}: ${
        lists.map((column) => `'${column}'`).join(" and ")
      } both hold lists, so it is open which texts of them form an answer: name one of them in 'answer.target'`,
    );
  }
  const [list = names[0]!] = lists;
  const [first, ...others] = values.get(list)!.flatMap((value) => {
    const of = (column: string) => column === list ? value : values.get(column)![0]!;
    if (names.every((column) => of(column) === "")) return [];
    const parts = columns.target.map((piece) =>
      piece.kind === "words" ? piece.words : of(piece.name === "text" ? columns.text : piece.name)
    );
    return [parts.join("")];
  });
  return first === undefined ? new NoTarget("empty", list, "empty") : [first, ...others];
}

/** The texts of a column: one, or those of a list. */
function valuesIn(one: TableRecord, column: string, path: string): readonly string[] | NoTarget {
  const { record, ...place } = one;
  if (!Object.hasOwn(record, column)) {
    return new NoTarget(
      "absent",
      column,
      message`not there (found: ${ofFile(Object.keys(record).join(", "))})`,
    );
  }
  if (isNull(one, column)) return new NoTarget("null", column, "null");
  const value = record[column];
  if (!Array.isArray(value)) {
    return hasText(one, column)
      ? [textIn(one, column, path).trim()]
      : new NoTarget("not_text", column, kindOf(value));
  }
  if (value.length === 0) return new NoTarget("empty", column, "an empty list");
  const items = value.map((item: unknown) => ({ ...place, record: { [column]: item } }));
  const strange = items.find((item) => !hasText(item, column));
  return strange === undefined
    ? items.map((item) => textIn(item, column, path).trim())
    : new NoTarget("not_text", column, `a list with ${kindOf(strange.record[column])}`);
}

/** The error for a line without a right answer. */
export function targetError({ column, what }: NoTarget, place: string): InputError {
  return new InputError(
    message`${place}: the right answer is missing: '${column}' is ${what}: write a text or a list of texts, or set 'dataset.missing: drop' to leave such lines out`,
  );
}
