import { stringify } from "yaml";
import { withSha256 } from "../../src/base/sha256.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import { partialPath } from "../../src/disk/replace_folder.ts";
import { experimentYaml } from "../../src/results/experiment_yaml.ts";
import { jsonText } from "../../src/results/json_text.ts";
import { experimentSha256 } from "../../src/results/own_files.ts";
import { RunFolder } from "../../src/results/run_folder.ts";
import { contentOf, WHOLE_ENVIRONMENT, wholeMetrics, wholePart } from "./whole_run.ts";

/** What a run differs in that is written whole. */
export interface WholeRun {
  /** Of its content. */
  readonly hash: string;
  /** What it computed: the text of its samples. */
  readonly samples?: string;
  /** What depends on its machine: when it ended, as the day of a January, and how long it took. */
  readonly day?: number;
  readonly seconds?: number;
  /** The folder of its model, from the run's. */
  readonly model?: string;
  readonly seed?: number;
  readonly format?: string;
}

/** Writes a complete run of a hard prompt on no examples, whose files are all as a run writes them. @returns its folder */
export async function writeWholeRun(
  path: string,
  { hash, samples = "samples", day = 1, seconds = 1, model = "../model", seed = 0, format }: WholeRun,
): Promise<string> {
  const experiment = parseExperiment(
    stringify({
      name: "x",
      model: { source: model },
      dataset: { name: "rt-polarity" },
      verbalizer: { negative: ["b"], positive: ["d"] },
      prompt: { kind: "hard", template: "{text} {mask}" },
      seed,
    }),
    "x.yaml",
  );
  const folder = await RunFolder.begin(path, contentOf(hash), experiment, false);
  for (
    const [name, text] of [["samples.md", samples], ["report.html", `${day}`], ["predictions.jsonl", ""]]
  ) {
    await folder.writeText(name!, text!);
  }
  const environment = {
    ...WHOLE_ENVIRONMENT,
    ...(format !== undefined && { format }),
    model: { ...WHOLE_ENVIRONMENT.model, source: model, folder: model },
    time: new Date(Date.UTC(2026, 0, day)).toISOString(),
    seed,
    content_hash: hash,
    files: { ...await folder.hashes(), "experiment.yaml": experimentSha256(experimentYaml(experiment)) },
  };
  await folder.writeText("environment.json", jsonText(withSha256(environment)));
  await folder.complete({ ...wholeMetrics(0), seconds, test: wholePart(0) });
  return path;
}

/** Writes the partial folder of a run. @returns it */
export async function writeUnfinished(path: string): Promise<string> {
  const partial = partialPath(path);
  await Deno.mkdir(partial, { recursive: true });
  await Deno.writeTextFile(`${partial}/content_hash`, "h");
  return partial;
}
