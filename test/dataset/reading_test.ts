import { assertEquals } from "@std/assert";
import { readColumns, readExamples, readText } from "../../src/dataset/reading.ts";

Deno.test("a text is read without white space at its ends, and cleaned where that is asked for", () => {
  assertEquals(readText("\u3000 a  (good) film .\n", "none"), "a  (good) film .");
  assertEquals(readText(" a  (good) film .\n", "textcnn"), "a good film");
  assertEquals(readText("-\ta film .", "textcnn"), "a film");
});

Deno.test("all columns are read alike, and others are left out", () => {
  const columns = { a: " it's ", b: "1 film", c: "x" };
  assertEquals(readColumns(columns, ["a", "b"], "textcnn"), {
    a: "its",
    b: "film",
  });
  assertEquals(readExamples([{ id: "f:2", text: " a. ", columns: { a: " a. " }, label: "l." }], "textcnn"), [
    { id: "f:2", text: "a", columns: { a: "a" }, label: "l." },
  ]);
});
