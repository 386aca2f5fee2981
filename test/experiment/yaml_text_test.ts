import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { ExperimentError } from "../../src/base/errors.ts";

/** What is said of a file. */
function said(text: string): string {
  return assertThrows(() => new ExperimentDocument(text, "x.yaml"), ExperimentError).message;
}

for (
  const [what, text, message] of [
    ["an alias without an anchor", "a: 1\nverbalizer: { b: [*good] }\n", "2:19: '*good' is an alias in YAML"],
    ["an alias within its own anchor", "a: &a [*a]\n", "1:8: '*a' refers to a value that contains it"],
    ["a tag", "a: !foo b\n", "1:4: the tag '!foo' has no meaning here"],
    ["a tag of other YAMLs", "a: !!binary aGk=\n", "1:4: the tag '!!binary' has no meaning here"],
    ["a second document", "a: 1\n---\nb: 1\n", "2:1: a second document starts here"],
    [
      "a merge key",
      "a: &a {}\nb: { <<: *a, c: 1 }\n",
      "2:6: YAML 1.2 has no merge keys ('<<'): write the keys out",
    ],
    ["a merge key of YAML 1.1", "%YAML 1.1\n---\n<<: {}\n", "3:1: YAML 1.2 has no merge keys"],
    ["a tab in the indentation", "prompt:\n\tkind: hard\n", "2:1: there is a tab in the indentation"],
    ["a key that is there twice", "a: 1\n'a': 2\n", "2:1: the key 'a' occurs twice, first in line 1"],
    ["a key that is a map", "{ {text}: x }\n", "1:3: a key is a word, not a list or a map"],
    ["a key that is missing", ": a\n", "1:1: there is no key before the ':'"],
    [
      "no-break spaces as indentation",
      "prompt:\n\u00a0\u00a0kind: hard\n",
      "2:1: there is a character U+00A0 before 'kind'",
    ],
    [
      "a no-break space after a colon",
      "prompt:\n  kind:\u00a0hard\n  length: 1\n",
      "2:8: there is a character U+00A0",
    ],
    ["a zero-width space", "name: x\u200b\n", "1:7: there is a character U+200B after 'x'"],
    [
      "curly quotes",
      "description: “x y”\n",
      "1:14: the quote “ (U+201C) is a letter in YAML: write straight quotes",
    ],
    [
      "curly quotes around braces",
      "p: { t: “{text} x” }\n",
      "1:9: the value of 't' needs quotes: it starts with “",
    ],
    [
      "braces without quotes",
      "p: { k: hard, t: {text} it was {mask} . }\n",
      "1:18: the value of 't' needs quotes: it starts with {",
    ],
    [
      "braces without quotes in a line",
      "p:\n  t: {text} x\nb: 1\n",
      "2:6: the value of 't' needs quotes: it starts with {",
    ],
    ["brackets without quotes", "t: [mask] x\n", "1:4: the value of 't' needs quotes: it starts with ["],
    ["a star without quotes", "t: *x y\n", "1:4: the value of 't' needs quotes: it starts with *"],
    ["an at sign without quotes", "t: @x\n", "1:4: the value of 't' needs quotes: it starts with @"],
    ["a percent sign without quotes", "t: %x\n", "1:4: the value of 't' needs quotes: it starts with %"],
    ["a backtick without quotes", "t: `x`\n", "1:4: the value of 't' needs quotes: it starts with `"],
    ["a dash without quotes", "t: - {text}\n", "1:4: the value of 't' needs quotes: it starts with -"],
    [
      "a colon without quotes",
      "p:\n  t: it was: {mask}\n",
      "2:6: the value of 't' needs quotes: it holds ': '",
    ],
    [
      "a colon after the first word",
      "p:\n  t: Review: {text} was {mask}\n",
      "2:6: the value of 't' needs quotes: it holds ': '",
    ],
    [
      "a colon after a comma",
      "p:\n  t: it was, so: {mask}\n",
      "2:6: the value of 't' needs quotes: it holds ': '",
    ],
    [
      "a colon after the first word of a value in braces",
      "p: { k: hard, t: Review: {text} was {mask} }\n",
      "1:18: the value of 't' needs quotes: it holds ': '",
    ],
    [
      "a colon before a brace",
      "p: { k: hard, t: Review:{text} was {mask} }\n",
      "1:18: the value of 't' needs quotes: it holds ':{'",
    ],
    [
      "a comma in braces",
      "p: { k: hard, t: It, {text} was {mask} }\n",
      "1:18: the value of 't' needs quotes: it holds ',', which in YAML ends it",
    ],
    [
      "a placeholder after words in braces",
      "p: { k: hard, t: It was {text} }\n",
      "1:18: the value of 't' needs quotes: it holds '{', which in YAML ends it",
    ],
    [
      "lines that end with CR alone",
      "a: 1\r\n# b\rc: 2\n",
      "2:4: the line ends with only a carriage return",
    ],
    [
      "a quote within a value",
      't: "{text}" it was\n',
      "1:4: the value of 't' needs quotes: it starts with \"",
    ],
    [
      "a quote that is never closed",
      'a: 1\nt: "{text}\nb: 1\n',
      "2:4: the quote that opens here is never closed",
    ],
    [
      "a comment in a text",
      "prompt:\n  template: the {text} # 1 {mask}\n",
      "2:24: what follows ' #' is a comment in YAML",
    ],
    ["an indentation that does not fit", "a: 1\n b: 2\n", "1:4: the indentation does not fit here"],
    ["an integer of too many digits", "seed: 12345678901234567\n", "1:7: 12345678901234567 has more digits"],
    [
      "a label without a class",
      "dataset: { labels: { a: x, b: } }\n",
      "1:31: there is no value after the ':'",
    ],
    ["a list", "- a\n", "1:1: the file holds no keys"],
    ["nothing", "# a comment\n", "1:1: the file is empty"],
  ] as const
) {
  Deno.test(`YAML: ${what} is refused in one line, with its place`, () => {
    const [first, ...others] = said(text).split("\n");
    assertStringIncludes(first!, `x.yaml:${message}`);
    assertEquals(others, []);
  });
}

Deno.test("an error within a list or a map is not blamed on a correct value before it", () => {
  assertStringIncludes(said('p: { a: "x", b: {text} y }\n'), "x.yaml:1:17: the value of 'b'");
  assertStringIncludes(said("p: {b: 1}}\n"), "x.yaml:1:10: not valid YAML");
  assertStringIncludes(said('p: { a: "x y: z: w", b: {text} y }\n'), "x.yaml:1:25: the value of 'b'");
  assertStringIncludes(said('a: "x\u00a0: y"\nb: {text} y\n'), "x.yaml:2:4: the value of 'b'");
});

Deno.test("aliases that multiply, and lists without end, are refused quickly", () => {
  const line = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(of).join(", ")}]\n`;
  const bomb = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name, i, all) =>
    line(name, i ? `*${all[i - 1]}` : "1")
  );
  assertStringIncludes(said(bomb.join("")), "the aliases up to here expand to more than 10000 values");
  assertStringIncludes(said(`a: ${"[".repeat(20_000)}`), "nested too deeply");
});
