import { assertEquals } from "@std/assert";
import { withoutSameContent } from "../../src/diff/same_content.ts";
import { environmentDifferences, experimentDifferences } from "../../src/diff/differences.ts";
import { parseWords } from "../experiment/parse_words.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { madeUpRun } from "./runs.ts";

/** A run that found its model and its data below a folder. */
function runAt(
  folder: string,
  content: { readonly model: string; readonly data: string },
  batchSize = 64,
): RunRecord {
  const run = madeUpRun({ good: [0.1, 0.9] });
  const model = { source: `${folder}/model`, file: "f" };
  const data = `${folder}/data.csv`;
  return {
    ...run,
    experiment: parseWords(
      JSON.stringify({
        name: "x",
        model,
        dataset: { file: data, text: "text", label: "label", split: { test: 0.2 } },
        prompt: { kind: "hard", template: "{text} {mask}" },
        verbalizer: { bad: ["b"], good: ["g"] },
        evaluation: { batchSize },
      }),
      "x.yaml",
    ),
    environment: {
      ...run.environment,
      model: { ...model, folder: model.source, sha256: content.model, files: { f: content.model } },
      dataset: { name: data, sha256: content.data },
    },
  };
}

function differing(a: RunRecord, b: RunRecord): string[] {
  const found = { ...experimentDifferences([a], [b]), ...environmentDifferences([a], [b]) };
  return Object.keys(withoutSameContent(found, [a], [b]));
}

Deno.test("where the same content was found is no difference, and where other content was found is one", () => {
  const here = runAt("..", { model: "aa", data: "bb" });
  assertEquals(differing(here, runAt("../..", { model: "aa", data: "bb" })), []);
  assertEquals(differing(here, runAt("../..", { model: "cc", data: "bb" })), [
    "model.source",
    "model.folder",
    "model.sha256",
    "model.files.f",
  ]);
  assertEquals(differing(here, runAt("../..", { model: "aa", data: "dd" })), [
    "dataset.name",
    "dataset.sha256",
  ]);
});

Deno.test("a setting that differs is a difference, also with the same content", () => {
  const content = { model: "aa", data: "bb" };
  assertEquals(differing(runAt("..", content), runAt("../..", content, 32)), ["evaluation.batchSize"]);
});
