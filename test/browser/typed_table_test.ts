import { assertEquals, assertThrows } from "@std/assert";
import { readTypedTable } from "../../src/browser/typed_table.ts";
import { InputError } from "../../src/base/errors.ts";
import { PageError } from "../../src/browser/page_error.ts";

const CLASSES = ["bad", "good"];
const rows = (...lines: string[]) => ["text\tlabel", ...lines].join("\n");

Deno.test("a pasted table is read with its columns in any order, without its blank lines", () => {
  const table = "\n \t \nlabel\tnote\ttext\r\n\r\ngood\t\t a joy \r\n\t\n   \nbad\tx\ta mess\n\n";
  assertEquals(readTypedTable(table, CLASSES), {
    examples: [
      { id: "pasted:5", text: "a joy", label: "good" },
      { id: "pasted:8", text: "a mess", label: "bad" },
    ],
    withoutText: 0,
  });
});

Deno.test("lines with a label and no text are counted", () => {
  const { examples, withoutText } = readTypedTable(rows("x\tgood", " \tbad", "y\tbad"), CLASSES);
  assertEquals([examples.length, withoutText], [2, 1]);
});

Deno.test("what is wrong with a pasted table is named with its line, in both languages", () => {
  const cases: [string, string][] = [
    ["", "there is no column 'text' (found: nothing)"],
    [" \n\t\n", "there is no column 'text' (found: nothing)"],
    ["text,label\nx,good", "there is no column 'text' (found: text,label)"],
    ["text\tlabel\ttext\nx\tgood\ty", "two columns are called 'text'"],
    [rows(), "the table has only a header line"],
    [rows("\tgood"), "the table has only a header line"],
    [rows("", "x"), "line:3: 1 columns where the first line names 2"],
    [rows("x\tgood", "", "so so\tmixed"), "line:4: the label 'mixed' is not one of bad, good"],
    [rows("x\tgood", "y\tgood"), "all texts (2) have the label 'good'"],
  ];
  for (const [table, message] of cases) {
    const error = assertThrows(() => readTypedTable(table, CLASSES), PageError, message);
    assertEquals(/\p{Script=Han}/u.test(error.text.zh), true, table);
  }
  const quoted = rows('"he said ""no"""\tbad', "x\tgood");
  assertThrows(() => readTypedTable(quoted, CLASSES), InputError, "line:2: a field is enclosed in quotes");
});
