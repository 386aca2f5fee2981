import { assertEquals } from "@std/assert";
import { replacePaths } from "../../src/experiment/replace_paths.ts";
import { EXPERIMENT_SCHEMA } from "../../src/experiment/schema_part.ts";
import { propertiesOf, type SchemaPart } from "../../src/schema/schema_part.ts";

const replaced = (experiment: object) => replacePaths(experiment, (written) => `/moved/${written}`);

/** A value of a schema with a path wherever one may be. */
function sample(part: SchemaPart | undefined): unknown {
  if (part?.format === "path") return "here";
  if (part?.items !== undefined) return [sample(part.items)];
  return Object.fromEntries(Object.entries(propertiesOf(part)).map(([key, inner]) => [key, sample(inner)]));
}

Deno.test("every key that the schema gives the format of a path is replaced", () => {
  const { dataset, ...others } = sample(EXPERIMENT_SCHEMA) as Record<string, Record<string, unknown>>;
  const { name: _, source: __, ...files } = dataset!;
  const whole = { ...others, dataset: files };
  const text = JSON.stringify(whole);
  assertEquals(text.split("here").length > 8, true, text);
  assertEquals(JSON.stringify(replaced(whole)), text.replaceAll("here", "/moved/here"));
});

Deno.test("the splits of a built-in dataset, and those on the hub, are not the experiment file's to name", () => {
  const split = { train: "train.tsv", test: "test.tsv" };
  for (const dataset of [{ name: "reviews-demo", split }, { source: "a/b", split }]) {
    assertEquals(replaced({ dataset }), { dataset });
  }
  assertEquals(replaced({ dataset: { split } }), {
    dataset: { split: { train: "/moved/train.tsv", test: "/moved/test.tsv" } },
  });
});

Deno.test("a path without a replacement leaves no key", () => {
  const experiment = {
    model: { source: "m", file: "f" },
    evaluation: { transfer: [{ file: "x", as: "y" }] },
  };
  assertEquals(replacePaths(experiment, () => undefined), {
    model: { file: "f" },
    evaluation: { transfer: [{ as: "y" }] },
  });
});
