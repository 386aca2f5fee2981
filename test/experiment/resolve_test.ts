import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "yaml";
import cases from "../fixtures/resolved_experiments/cases.json" with { type: "json" };
import { sha256OfJson } from "../../src/base/sha256.ts";
import { readWritten } from "../../src/experiment/read_written.ts";
import { parseVariants } from "../../src/experiment/sweep.ts";
import { experimentYaml } from "../../src/results/experiment_yaml.ts";

const GOLDEN = new URL("../fixtures/resolved_experiments/", import.meta.url);

/** What a file says beside what a case does. */
const BASE = {
  name: "x",
  model: { source: "acme/tiny" },
  dataset: { file: "a.csv" },
  prompt: { kind: "hard", template: "{text} {mask}" },
  verbalizer: { bad: ["bad"], good: ["good", "fine"] },
};

/** Every run that a file asks for, as it is written into its folder. */
function written(text: string): string {
  return parseVariants(text, "x.yaml").map(({ name, ensembleVariants, experiment }) =>
    `# ${name}${ensembleVariants === undefined ? "" : ` of ${ensembleVariants.join(" ")}`}\n${
      experimentYaml(experiment)
    }`
  ).join("");
}

for (const [name, changes] of Object.entries(cases)) {
  Deno.test(`the case '${name}' is resolved to the bytes that it always was`, async () => {
    const golden = await Deno.readTextFile(new URL(`${name}.yaml`, GOLDEN));
    assertEquals(written(JSON.stringify({ ...BASE, ...changes })), golden);
  });
}

for (const name of Object.keys(cases)) {
  Deno.test(`what the case '${name}' wrote is read as the same again`, async () => {
    const golden = await Deno.readTextFile(new URL(`${name}.yaml`, GOLDEN));
    for (const text of golden.split(/^# .*\n/m).slice(1)) {
      assertEquals<unknown>(readWritten(parse(text)), parse(text));
    }
  });
}

Deno.test("what was written under other semantics keeps them", async () => {
  const { semantics: _, ...first } = parse(await Deno.readTextFile(new URL("hub.yaml", GOLDEN)));
  assertEquals([readWritten(first).semantics, readWritten({ ...first, semantics: 3 }).semantics], [1, 3]);
  assertThrows(
    () => readWritten({ ...first, prompt: {} }),
    RangeError,
    "'experiment.prompt' must have required",
  );
  assertThrows(() => readWritten("x"), RangeError, "it contains no experiment");
});

Deno.test("the project's own experiments are resolved to the bytes that they always were", async () => {
  const golden: Record<string, string> = JSON.parse(
    await Deno.readTextFile(new URL("experiments.json", GOLDEN)),
  );
  const found = await Promise.all(
    Object.keys(golden).map(async (path) => [path, sha256OfJson(written(await Deno.readTextFile(path)))]),
  );
  assertEquals(Object.fromEntries(found), golden);
});
