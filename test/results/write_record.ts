import { join } from "@std/path";
import { stringify } from "yaml";
import { experimentSha256 } from "../../src/results/own_files.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import type { TextRunRecord } from "../../src/results/read_text_run.ts";

/** Writes what a comparison needs of a run into its folder, as a run writes it. */
export async function writeRecord(
  path: string,
  { experiment, metrics, environment, predictions }: RunRecord | TextRunRecord,
): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  const text = stringify(experiment);
  const files = { "experiment.yaml": experimentSha256(text) };
  await Deno.writeTextFile(join(path, "experiment.yaml"), text);
  await Deno.writeTextFile(join(path, "metrics.json"), JSON.stringify(metrics));
  await Deno.writeTextFile(join(path, "environment.json"), JSON.stringify({ ...environment, files }));
  await Deno.writeTextFile(
    join(path, "predictions.jsonl"),
    predictions.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
  return path;
}
