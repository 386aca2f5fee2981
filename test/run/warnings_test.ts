import { assertEquals } from "@std/assert";
import { hasRowsBefore } from "../../src/run/compile_experiment.ts";
import { encodingWarnings, templateHint } from "../../src/run/warnings.ts";

/** The warnings about texts of which one part of the data has some that are truncated, and some with characters of other tables. */
function warningsOf(truncated: number, otherwise: number): string[] {
  const encoded = {
    truncated: { train: truncated, validation: 0, test: 0, samples: 0 },
    otherwise,
    unknownWords: [],
  };
  return encodingWarnings("small", { card: { positions: 64 } }, encoded);
}

Deno.test("one text is truncated, and several are", () => {
  assertEquals(warningsOf(1, 0), ["small: 1 text is truncated to fit the model's 64 positions"]);
  assertEquals(warningsOf(2, 0), ["small: 2 texts are truncated to fit the model's 64 positions"]);
});

Deno.test("one text with characters of other tables is one", () => {
  assertEquals(warningsOf(0, 1).map((line) => line.slice(0, 40)), [
    "warning: small: 1 text with characters t",
  ]);
});

Deno.test("a template that puts a causal model's prompt before the text gets a hint, and one that does not leaves rows out", () => {
  const about = (template: string, kind = "causal") =>
    ({
      experiment: { tune: "prompt", prompt: { kind: "soft", length: 5, template } },
      model: { card: { kind } },
    }) as unknown as Parameters<typeof templateHint>[1];
  const front = about("{prompt} {text} it was");
  assertEquals(
    templateHint("front", front)?.line.slice(0, 50),
    "hint: front: the prompt stands before the text, so",
  );
  assertEquals(hasRowsBefore(front), false);
  const after = about("{text} {prompt} it was");
  assertEquals([templateHint("after", after), hasRowsBefore(after)], [undefined, true]);
  const around = about("{prompt:2} {text} {prompt:3} it was");
  assertEquals([templateHint("around", around) !== undefined, hasRowsBefore(around)], [true, false]);
  const words = about("Here is {prompt} {text} it was");
  assertEquals(hasRowsBefore(words), false);
  const masked = about("{text} {prompt} it was {mask}", "masked");
  assertEquals([templateHint("masked", masked), hasRowsBefore(masked)], [undefined, false]);
});
