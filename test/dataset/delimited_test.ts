import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { quotedRows } from "../../src/dataset/quoted_rows.ts";
import { linesOf } from "../../src/dataset/rows.ts";
import { InputError } from "../../src/base/errors.ts";
import reference from "../fixtures/csv/reference.json" with { type: "json" };
import { pairsIn, readWritten } from "./reading.ts";

const TWO = [["a joy", "good"], ["dull", "bad"]] as [string, string][];

Deno.test("rows, line breaks in fields and line numbers are those of Python's csv module", () => {
  for (const { text, delimiter, rows } of reference) {
    const found = [...quotedRows(linesOf(text), "x.csv", delimiter)].map((
      { line, fields },
    ) => [line, fields]);
    assertEquals(found, rows, JSON.stringify(text));
  }
});

Deno.test("misplaced quotes are refused with their line", () => {
  for (
    const [text, message] of [
      ['a,b\n1,2\nso "so",2\n', "x.csv:3: there is a quote within a field"],
      ['a,b\n"x\ny" z,2\n', "x.csv:3: there is a quote within a field"],
      ['a,b\n1,2\n"x,2\n3,4\n', "x.csv:3: a quote is opened and never closed"],
    ] as const
  ) assertThrows(() => [...quotedRows(linesOf(text), "x.csv", ",")], InputError, message);
});

for (const [delimiter, name] of [[";", "';'"], ["\t", "tabs"], ["|", "'|'"], [",", undefined]] as const) {
  Deno.test(`a .csv file whose columns are separated by ${name ?? "commas"} is read`, async () => {
    const rows = [["label", "text", "note"], ["good", "a joy, they say", "x, y"], ["bad", "dull", ""]];
    const { examples, notes } = await readWritten(
      "a.csv",
      rows.map((row) => row.map((field) => field.includes(",") ? `"${field}"` : field).join(delimiter)).join(
        "\n",
      ),
    );
    assertEquals(examples.map(({ text }) => text), ["a joy, they say", "dull"]);
    assertEquals(notes.map((note) => note.replace(/^.*a\.csv/, "a.csv")), [
      ...(name === undefined ? [] : [`a.csv: its columns are separated by ${name}`]),
    ]);
  });
}

Deno.test("a first line may declare the delimiter, as for Excel, and other lines keep their numbers", async () => {
  const { examples, notes } = await readWritten("a.csv", "sep=;\r\ntext;label\r\na joy;good\r\n");
  assertEquals(examples, [{ id: "a.csv:3", text: "a joy", label: "good" }]);
  assertEquals(notes, []);
});

Deno.test("empty last fields, blank lines and all kinds of line ends are read", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    for (const [name, tab] of [["a.tsv", "\t"], ["a.csv", ","]] as const) {
      const lines = [["text", "label", "note"], ["a joy", "good", "x"], ["dull", "bad", ""]];
      const content = lines.map((line) => line.join(tab)).join(end);
      assertEquals(await pairsIn(name, content), TWO);
      assertEquals(await pairsIn(name, `\ufeff${content}${end}${end}`), TWO);
    }
  }
});

Deno.test("a table without a header takes the names of its columns", async () => {
  const content = "good\ta joy\nbad\tdull\n";
  const columns = ["label", "text"];
  assertEquals(await pairsIn("a.tsv", content, { columns }), TWO);
  assertEquals(await pairsIn("a.csv", content.replaceAll("\t", ";"), { columns }), TWO);
  await assertRejects(() => pairsIn("a.tsv", content), InputError, "or 'columns: [label, text]'");
  await assertRejects(
    () => pairsIn("a.tsv", `label\ttext\n${content}`, { columns }),
    InputError,
    "a.tsv:1: the file names its columns itself: leave 'columns' out",
  );
});

Deno.test("quotes in a .tsv file are read as 'quotes' says; without it, ambiguous ones are reported", async () => {
  const content = 'text\tlabel\n"a ""joy""\n\tindeed"\tgood\n"dull"\tbad\n';
  assertEquals(await pairsIn("a.tsv", content, { quotes: true }), [['a "joy"\n\tindeed', "good"], TWO[1]!]);
  await assertRejects(
    () => pairsIn("a.tsv", 'text\tlabel\n"a ""joy"""\tgood\n'),
    InputError,
    "a.tsv:2: a field is enclosed in quotes and has doubled ones inside",
  );
  const single = 'text\tlabel\n"a joy"\tgood\n"so" he said "so"\tgood\n';
  const kept: [string, string][] = [['"a joy"', "good"], ['"so" he said "so"', "good"]];
  assertEquals(await pairsIn("a.tsv", single, { quotes: false }), kept);
  const unsaid = await readWritten("a.tsv", single);
  assertEquals(unsaid.examples.map(({ text, label }) => [text, label]), kept);
  assertEquals(unsaid.notes.length, 1);
  assertStringIncludes(unsaid.notes[0]!, "a.tsv:2: a field begins and ends with a quote, which stays");
  const bare = 'text,label\nhe said "so,good\n';
  assertEquals(await pairsIn("a.csv", bare, { quotes: false }), [['he said "so', "good"]]);
});

Deno.test("two columns of one name are refused, those without a name are not", async () => {
  for (const [name, tab] of [["a.tsv", "\t"], ["a.csv", ","]] as const) {
    await assertRejects(
      () => pairsIn(name, ["text", "label", "text"].join(tab)),
      InputError,
      `${name}:1: two columns are called 'text', numbers 1 and 3`,
    );
    const content = [["", "text", "label", ""], ["0", "a joy", "good", ""]].map((row) => row.join(tab)).join(
      "\n",
    );
    assertEquals(await pairsIn(name, content), [TWO[0]!]);
  }
});
