import { assertEquals } from "@std/assert";
import cases from "../fixtures/resolved_experiments/cases.json" with { type: "json" };
import { sha256OfJson } from "../../src/dataset/sha256.ts";
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
  return parseVariants(text, "x.yaml").map(({ name, members, experiment }) =>
    `# ${name}${members === undefined ? "" : ` of ${members.join(" ")}`}\n${experimentYaml(experiment)}`
  ).join("");
}

for (const [name, changes] of Object.entries(cases)) {
  Deno.test(`the case '${name}' is resolved to the bytes that it always was`, async () => {
    const golden = await Deno.readTextFile(new URL(`${name}.yaml`, GOLDEN));
    assertEquals(written(JSON.stringify({ ...BASE, ...changes })), golden);
  });
}

Deno.test("the project's own experiments are resolved to the bytes that they always were", async () => {
  const golden: Record<string, string> = JSON.parse(
    await Deno.readTextFile(new URL("experiments.json", GOLDEN)),
  );
  const found = await Promise.all(
    Object.keys(golden).map(async (path) => [path, sha256OfJson(written(await Deno.readTextFile(path)))]),
  );
  assertEquals(Object.fromEntries(found), golden);
});
