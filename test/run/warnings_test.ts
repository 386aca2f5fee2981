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
  const found = (template: string, kind: "causal" | "masked" = "causal") => {
    const experiment = {
      tune: "prompt",
      prompt: { kind: "soft", length: 5, template },
    } as unknown as Parameters<typeof hasRowsBefore>[0];
    return [templateHint("t", experiment, { kind })?.line.slice(0, 40), hasRowsBefore(experiment, { kind })];
  };
  const hint = "hint: t: the prompt stands before the te";
  assertEquals(found("{prompt} {text} it was"), [hint, false]);
  assertEquals(found("{prompt:2} {text} {prompt:3} it was"), [hint, false]);
  assertEquals(found("Here is {prompt} {text} it was"), [hint, false]);
  assertEquals(found("{text} {prompt} it was"), [undefined, true]);
  assertEquals(found("{text} {prompt} it was {mask}", "masked"), [undefined, false]);
});
