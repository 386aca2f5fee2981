import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/base/errors.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { checkSemantics, SEMANTICS } from "../../src/experiment/semantics.ts";

const TEXT = `
name: x
model: { source: m }
dataset: { file: d.csv }
prompt: { kind: hard, template: "{text} {mask}" }
verbalizer: { a: [a], b: [b] }
`;

Deno.test("an experiment with its defaults names its semantics, and reads as it stands", () => {
  const experiment = parseExperiment(TEXT, "x.yaml");
  assertEquals(experiment.semantics, SEMANTICS);
  assertEquals(parseExperiment(`${TEXT}semantics: ${SEMANTICS}\n`, "x.yaml"), experiment);
});

Deno.test("an experiment of other semantics is refused with its line", () => {
  assertThrows(
    () => parseExperiment(`${TEXT}semantics: 1\n`, "x.yaml"),
    InputError,
    `x.yaml:7:12: 'semantics' must be ${SEMANTICS}, got 1`,
  );
});

Deno.test("what names no semantics has the first, and what names later ones was made by a newer version", () => {
  checkSemantics(SEMANTICS, "it");
  checkSemantics(String(SEMANTICS), "it");
  assertThrows(() => checkSemantics(undefined, "it"), InputError, "it has semantics 1");
  assertThrows(() => checkSemantics("1", "it"), InputError, "run its experiment again");
  assertThrows(() => checkSemantics(SEMANTICS + 1, "it"), InputError, "update softprompt");
  assertThrows(() => checkSemantics("two", "it"), InputError, "it has semantics two");
});
