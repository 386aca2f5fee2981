import { assertEquals } from "@std/assert";
import { ExperimentDocument } from "../../src/experiment/document.ts";
import { EXPERIMENT_SCHEMA } from "../../src/experiment/schema_part.ts";
import { namedPaths } from "../../src/launcher/named_paths.ts";
import { propertiesOf, type SchemaPart } from "../../src/schema/schema_part.ts";

Deno.test("paths are found wherever a file may name one: keys, sweeps of keys and of maps, variants, lists", () => {
  const text = `
name: x
model: { source: ../model, file: onnx/model.onnx }
dataset: { file: d.csv, split: { test: t.csv, validation: 0.1 }, label: ../label }
prompt: { kind: soft, template: "../{text}", initialization: { from: run, path: /run } }
evaluation: { transfer: [{ file: e.csv }, { name: reviews-demo, path: ../f }] }
ensemble: { runs: [../r0, ../r1] }
sweep: { "dataset.file": [s0, s1], dataset: [{ path: m }], prompt.template: [../no] }
variants: { v: { model.source: ../v } }
`;
  const found = namedPaths(new ExperimentDocument(text, "/p/x.yaml"));
  assertEquals(Object.fromEntries(found.map(({ key, path }) => [key.join(" "), path])), {
    "model source": "/model",
    "dataset file": "/p/d.csv",
    "dataset split test": "/p/t.csv",
    "prompt initialization path": "/run",
    "evaluation transfer 0 file": "/p/e.csv",
    "evaluation transfer 1 path": "/f",
    "ensemble runs 0": "/r0",
    "ensemble runs 1": "/r1",
    "sweep dataset.file 0": "/p/s0",
    "sweep dataset.file 1": "/p/s1",
    "sweep dataset 0 path": "/p/m",
    "variants v model.source": "/v",
  });
});

/** The keys whose descriptions say that they are paths, and those that have the format. */
function keysIn(part: SchemaPart, path: string): { path: string; says: boolean; has: boolean }[] {
  const inner = [...Object.entries(propertiesOf(part)), ...(part.items ? [["[]", part.items] as const] : [])];
  return inner.flatMap(([name, one]) => {
    const own = `${path}.${name}`;
    const says = /relative to this file|[Aa] file of your own|[;,] or its file/.test(one.description ?? "") ||
      /^The file of the training set/.test(one.description ?? "");
    const held = one.type === "array" ? one.items : one;
    return [{ path: own, says, has: held?.format === "path" }, ...keysIn(one, own)];
  });
}

Deno.test("every key that is said to hold a path has the format of one", () => {
  const keys = keysIn(EXPERIMENT_SCHEMA, "").filter(({ path }) => !path.endsWith("[]"));
  assertEquals(keys.filter(({ says, has }) => says !== has).map(({ path }) => path), []);
  assertEquals(keys.filter(({ has }) => has).length, 10);
});
