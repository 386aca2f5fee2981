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
    ["text;stars\nx;good", "there is no column 'label' (found: text, stars)"],
    ["text\tlabel\ttext\nx\tgood\ty", "two columns are called 'text'"],
    [rows(), "the table has only a header line"],
    [rows("\tgood"), "the table has only a header line"],
    [rows("", "x"), "line 3 of the table: 1 columns where the first line names 2"],
    [rows("x\tgood", "", "so so\tmixed"), "line 4 of the table: the label 'mixed' is not one of bad, good"],
    [rows("x\tgood", "y\tgood"), "all texts (2) have the label 'good'"],
  ];
  for (const [table, message] of cases) {
    const error = assertThrows(() => readTypedTable(table, CLASSES), PageError, message);
    assertEquals(/\p{Script=Han}/u.test(error.text.zh), true, table);
  }
  const quoted = rows('"he said ""no"""\tbad', "x\tgood");
  assertThrows(
    () => readTypedTable(quoted, CLASSES),
    InputError,
    "line 2 of the table: a field is enclosed in quotes",
  );
});

Deno.test("the table may have each form that files of texts have", () => {
  const examples = [
    { id: "pasted:2", text: "a joy, from start to end", label: "good" },
    { id: "pasted:3", text: 'a "mess"', label: "bad" },
  ];
  const forms = {
    tsv: rows("a joy, from start to end\tgood", 'a "mess"\tbad'),
    csv: 'label,text\r\ngood,"a joy, from start to end"\r\nbad,"a ""mess"""\r\n',
    "csv with semicolons": 'text;label\na joy, from start to end;good\n"a ""mess""";bad\n',
    jsonl: `\n${examples.map((one) => `${JSON.stringify(one)}\n`).join("")}`,
    json: `[\n${examples.map((one) => JSON.stringify(one)).join(",\n")}\n]`,
    txt: '\ngood a joy, from start to end\nbad a "mess"\n',
  };
  for (const [form, table] of Object.entries(forms)) {
    assertEquals(readTypedTable(table, CLASSES), { examples, withoutText: 0 }, form);
  }
});

Deno.test("what is wrong with a table in another form is named by its line, and by no key of an experiment", () => {
  const cases: [string, string][] = [
    ['text,label\n"x,good\n', "line 2 of the table: a quote is opened and never closed"],
    ['{"text": "x", "label": "good"}\n{"text": }', "line 2 of the table: it is not JSON"],
    ['{"text": "x"}', "line 1 of the table: there is no 'label' (found: text)"],
    ['[{"text": "x", "label": "mixed"}]', "line 1 of the table: the label 'mixed' is not one of bad, good"],
  ];
  for (const [table, message] of cases) {
    const { message: said } = assertThrows(() => readTypedTable(table, CLASSES), InputError, message);
    assertEquals(/'(quotes|columns|dataset)\b/.test(said), false, said);
  }
});
