import { assert, assertEquals } from "@std/assert";
import { fileNamePart, foldedName, shortened } from "../../src/base/file_name.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

Deno.test("a text that is safe in every file system's names is left as it is", () => {
  for (const text of ["fp32", "0.03", "情感是正面的吗", "a.b-c_d+e", "conference", "null"]) {
    assertEquals(fileNamePart(text, 40), text);
  }
});

Deno.test("every other text becomes a safe name of its own, whatever it holds", () => {
  const texts = [
    ..."/\\:*?\"<>|'`$;&#%=,~ \t\n\r\0\x1b",
    ...["", ".", "..", "../x", "x/../../y", "x\n/../y", "a.partial", "a.", "con", "NUL", "Com1.txt", "lpt9"],
    ...["javascript:alert(1)", "\u202egnp.exe", "\ud800", "𠀀".repeat(60), "总".repeat(60), "x".repeat(300)],
  ];
  const names = texts.map((text) => fileNamePart(text, 40));
  assertEquals(new Set(names).size, texts.length);
  for (const name of names) {
    assert(/^[\p{L}\p{N}._+-]*~[0-9a-f]{6}$/u.test(name), name);
    assert(bytes(name) <= 4 * 40 + 7, name);
  }
});

Deno.test("names are cut between characters, and what was cut still tells them apart", () => {
  const names = ["总".repeat(80), "总".repeat(81), "𠀀".repeat(60), "é".repeat(120)].map((text) =>
    shortened(text, 181)
  );
  assertEquals(new Set(names).size, names.length);
  assert(names.every((name) => bytes(name) <= 181 + 17 && !name.includes("\ufffd")), names.join("\n"));
  assertEquals(shortened("x".repeat(181), 181), "x".repeat(181));
});

Deno.test("names that file systems without case take for the same are folded to the same", () => {
  for (
    const names of [["Straße", "STRASSE", "STRAẞE", "ſtraße"], ["é", "E\u0301"], ["ς", "σ", "Σ"], ["K", "k"]]
  ) {
    assertEquals(new Set(names.map(foldedName)).size, 1, names.join());
  }
  assertEquals(new Set(["a", "b", "e", "é"].map(foldedName)).size, 4);
});
