import { assertEquals, assertThrows } from "@std/assert";
import { parseTemplate, TemplateError, withoutVectors } from "../../src/experiment/template.ts";

Deno.test("a template is split at its placeholders, and white space stays as it is written", () => {
  assertEquals(parseTemplate("{prompt} {text}\nIt  was\t{mask}\n", 20), [
    { kind: "prompt", length: 20 },
    { kind: "words", words: " " },
    { kind: "column", name: "text" },
    { kind: "words", words: "\nIt  was\t" },
    { kind: "mask" },
    { kind: "words", words: "\n" },
  ]);
});

Deno.test("the words of a template alone have no blank where the vectors were", () => {
  assertEquals(withoutVectors("{prompt:3} {text}\n{prompt:2} it was {mask}"), "{text}\nit was {mask}");
});

Deno.test("prompt vectors may be in several places", () => {
  const lengths = parseTemplate("{prompt:3} {text} {prompt:2} it was {mask} .", 5).map((piece) =>
    piece.kind === "prompt" ? piece.length : 0
  );
  assertEquals(lengths, [3, 0, 0, 0, 2, 0, 0, 0]);
});

for (
  const [template, length, message] of [
    ["it was {mask}", 0, "must contain '{text}' or other columns"],
    ["{text} {text} {mask}", 0, "must contain '{text}' once, got it 2 times"],
    ["{text} {mask} {mask}", 0, "must contain '{mask}' once, got it 2 times"],
    ["{text} it was {mask}", 5, "a soft prompt needs '{prompt}'"],
    ["{prompt} {text} {mask}", 0, "a hard prompt has no '{prompt}'"],
    ["{prompt:2} {text} {mask}", 5, "pieces have 2 vectors, but 'prompt.length' is 5"],
    ["{prompt} {} {mask}", 5, "unknown placeholder '{}'"],
    ["{text} {{mask}}", 0, "the '{' in '{text} {{mask}}' belongs to no placeholder: leave it out"],
    ["{foo {mask} {text}", 0, "the '{' in '{foo {mas' belongs to no placeholder"],
    ["{text} {mask} }", 0, "the '}' in ' {mask} }' belongs to no placeholder"],
    ["{prompt:x} {text} {mask}", 5, "unknown placeholder '{prompt:x}'"],
  ] as const
) {
  Deno.test(`the template '${template}' is refused for a prompt of length ${length}`, () => {
    assertThrows(() => parseTemplate(template, length), TemplateError, message);
  });
}
