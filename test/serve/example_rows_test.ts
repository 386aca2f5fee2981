import { assertEquals } from "@std/assert";
import { exampleRows } from "../../src/serve/example_rows.ts";

Deno.test("examples are the first ten texts of each class, as lines of a table can have them", () => {
  const many = Array.from({ length: 30 }, (_, i) => ({ text: `text ${i}`, label: i < 12 ? "a" : "b" }));
  const rows = exampleRows(many);
  assertEquals(rows.map(({ label }) => label).join(""), "a".repeat(10) + "b".repeat(10));
  assertEquals(rows[10], { text: "text 12", label: "b" });
  const odd = ["two\tfields", "two\nlines ", '"quoted"', "  ", 'a "word"'];
  assertEquals(
    exampleRows(odd.map((text) => ({ text, label: "a" }))).map(({ text }) => text),
    ["two fields", "two lines", 'a "word"'],
  );
  assertEquals(exampleRows([{ text: "x", label: "a\tb" }]), []);
});
