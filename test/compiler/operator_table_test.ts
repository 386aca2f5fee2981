import { assertEquals, assertThrows } from "@std/assert";
import { operatorTable, withOperatorTable } from "../../src/compiler/operator_table.ts";

/** Cells and lines without the padding that formatting adds. */
function cells(text: string): string[][] {
  return text.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| -"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
}

Deno.test("the documents' table of operators is that of the rows and lowerings", async () => {
  assertEquals(cells(await Deno.readTextFile("docs/operators.md")), cells(operatorTable()));
});

Deno.test("a document without a place for the table is refused", () => {
  assertThrows(() => withOperatorTable("# Operators"), RangeError, "lacks");
});
