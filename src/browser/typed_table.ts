import type { Example } from "../dataset/example.ts";
import { FormatError } from "../dataset/format_error.ts";
import { linesOf, splitRows, type TableRow, unquotedRows } from "../dataset/rows.ts";
import { InputError } from "../base/errors.ts";
import { PageError } from "./page_error.ts";

/** The labelled texts of a table that a user has pasted. */
export interface TypedTable {
  readonly examples: readonly Example[];
  /** The number of lines that have a label and no text. */
  readonly withoutText: number;
}

/**
 * Reads a tab-separated table, whose first line names the columns `text` and `label`. Blank lines are skipped.
 *
 * @param classes the labels that there may be
 * @throws {PageError} naming the line that is malformed or has another label; or where all texts have one label
 * @throws {InputError} where quotes enclose fields
 */
export function readTypedTable(table: string, classes: readonly string[]): TypedTable {
  const [header, ...rows] = rowsOf(table);
  const [textAt, labelAt] = columnsIn(header);
  const examples: Example[] = [];
  let withoutText = 0;
  for (const { line, fields } of rows) {
    if (fields.length !== header?.fields.length) {
      throw new PageError({
        en:
          `line:${line}: ${fields.length} columns where the first line names ${header?.fields.length}: separate text and label by a tab`,
        zh:
          `第 ${line} 行有 ${fields.length} 列，而首行有 ${header?.fields.length} 列：请用制表符分隔文本和标签`,
      });
    }
    const text = fields[textAt]!.trim();
    const label = fields[labelAt]!.trim();
    if (!classes.includes(label)) {
      throw new PageError({
        en: `line:${line}: the label '${label}' is not one of ${
          classes.join(", ")
        }: correct it, or add it to the classes`,
        zh: `第 ${line} 行：标签“${label}”不在类别 ${classes.join("、")} 之中，请改正，或在上面添加该类别`,
      });
    }
    if (text === "") withoutText++;
    else examples.push({ id: `pasted:${line}`, text, label });
  }
  checkClasses(examples);
  return { examples, withoutText };
}

/** @throws {PageError} where there are no texts, or all are of one class: all that could be learned is to answer it always */
function checkClasses(examples: readonly Example[]): void {
  const [first] = examples;
  if (first === undefined) {
    throw new PageError({
      en: "the table has only a header line: add labelled texts below it",
      zh: "表格只有首行：请在其下添加带标签的文本",
    });
  }
  if (examples.some(({ label }) => label !== first.label)) return;
  throw new PageError({
    en:
      `all texts (${examples.length}) have the label '${first.label}', from which no prompt learns to tell classes apart: add texts of another class`,
    zh: `全部 ${examples.length} 条文本的标签都是“${first.label}”，无法学会区分类别：请添加其他类别的文本`,
  });
}

function rowsOf(table: string): TableRow[] {
  const lines = linesOf(table).filter(({ text }) => text.trim() !== "");
  try {
    return [...unquotedRows(splitRows(lines, "\t"), "line", () => {})];
  } catch (error) {
    // The original message recommends a key of an experiment's dataset.
    throw error instanceof FormatError ? new InputError(error.what, { cause: error }) : error;
  }
}

/** The places of text and label. @throws {PageError} naming a column that is missing or there twice */
function columnsIn(header: TableRow | undefined): [text: number, label: number] {
  const names = header?.fields.map((name) => name.trim()) ?? [];
  const placeOf = (column: string) => {
    const at = names.indexOf(column);
    if (at < 0) {
      const found = names.join(", ") || "nothing";
      throw new PageError({
        en:
          `there is no column '${column}' (found: ${found}): begin the table with a line that names the columns text and label, with a tab between them`,
        zh: `没有名为 ${column} 的列（现有：${
          names.join("、") || "无"
        }）：表格首行应为列名 text 和 label，以制表符分隔`,
      });
    }
    if (names.lastIndexOf(column) !== at) {
      throw new PageError({
        en: `two columns are called '${column}': give one another name`,
        zh: `有两列都叫 ${column}：请给其中一列改名`,
      });
    }
    return at;
  };
  return [placeOf("text"), placeOf("label")];
}
