import { assertEquals, assertThrows } from "@std/assert";
import { writtenValue } from "../../src/experiment/written_value.ts";

Deno.test("what a run wrote is read as YAML reads it, also what it repeats by aliases", () => {
  const text = "seed: 1\ntexts: &a [1.0, '01', ~]\nagain: *a\n";
  const texts = [1, "01", null];
  assertEquals(writtenValue(text), { seed: 1, texts, again: texts });
});

for (
  const [kind, text, message] of [
    ["multiplied by aliases", bomb(), "alias count"],
    ["nested in the text", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, "nested too deeply"],
    ["nested a little too deeply", `${"[".repeat(101)}${"]".repeat(101)}`, "at most 100 in each other"],
    ["nested by aliases", nestedByAliases(), "alias count"],
    ["ambiguous", "a: { b: 1, b: 2 }", "a map has a key twice"],
    ["not YAML", "a: 1\nb: [", "line 2: "],
  ] as const
) {
  Deno.test(`an experiment of a run that is ${kind} is refused`, () => {
    assertThrows(() => writtenValue(text), Error, message);
  });
}

/** Ten to the tenth values. */
function bomb(): string {
  const lines = Array.from({ length: 10 }, (_, i) => {
    const item = i === 0 ? "x" : `*a${i - 1}`;
    return `a${i}: &a${i} [${Array(10).fill(item).join(", ")}]`;
  });
  return lines.join("\n");
}

/** Each value is in the next. */
function nestedByAliases(): string {
  const lines = Array.from({ length: 200 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}`}]`);
  return lines.join("\n");
}
