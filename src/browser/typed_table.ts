import type { Example } from "../dataset/example.ts";
import { PageError } from "./page_error.ts";
import { typedRows } from "./typed_rows.ts";

/** The labelled texts of a table that a user has pasted. */
export interface TypedTable {
  readonly examples: readonly Example[];
  /** The number of lines that have a label and no text. */
  readonly withoutText: number;
}

/**
 * Reads a table in one of the forms of {@linkcode typedRows}.
 *
 * @param classes the labels that there may be
 * @throws {PageError} naming the line that is malformed or has another label; or where all texts have one label
 * @throws {InputError} naming the line, where quotes are misplaced, or something is not JSON
 */
export function readTypedTable(table: string, classes: readonly string[]): TypedTable {
  const examples: Example[] = [];
  let withoutText = 0;
  for (const { line, text, label } of typedRows(table, classes)) {
    if (!classes.includes(label)) {
      throw new PageError({
        en: `line ${line} of the table: the label '${label}' is not one of ${
          classes.join(", ")
        }: correct it, or add it to the classes`,
        zh: `表格第 ${line} 行：标签“${label}”不在类别 ${
          classes.join("、")
        } 之中，请改正，或在上面添加该类别`,
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
