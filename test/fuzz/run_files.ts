import { dirname, join } from "@std/path";
import { stringify } from "yaml";
import { sha256, withSha256 } from "../../src/base/sha256.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { promptFile } from "../../src/prompt/prompt_file.ts";
import { ensembleFile } from "../../src/results/ensemble_file.ts";
import { experimentYaml } from "../../src/results/experiment_yaml.ts";
import { jsonText } from "../../src/results/json_text.ts";
import { experimentSha256 } from "../../src/results/own_files.ts";
import type { RunRecord } from "../../src/results/read_run.ts";
import { summarize } from "../../src/results/summarize.ts";
import type { Summary, SummaryRow } from "../../src/results/summary.ts";
import { writeSmallModel } from "../commands/small_model.ts";
import { madeUpRun } from "../diff/runs.ts";
import { readFiles } from "./read_files.ts";

/** The files of a folder by their paths in it. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** The numbers of the small model's vectors, and the vectors of its prompts. */
const DIMENSION = 16;
const LENGTH = 2;

/** The files of the small model that runs are of, which is written once. */
export const SMALL_MODEL: Promise<Files> = smallModel();

async function smallModel(): Promise<Files> {
  const folder = await Deno.makeTempDir();
  try {
    await writeSmallModel(folder);
    const beside = await readFiles(folder, /\.json$/);
    return beside.set("onnx/model.onnx", await Deno.readFile(join(folder, "onnx/model.onnx")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A run of the small model, always the same one for a seed. */
export async function soundRun(seed: number): Promise<RunRecord> {
  const hashes = new Map<string, string>();
  for (const [name, bytes] of await SMALL_MODEL) hashes.set(name, await sha256(bytes));
  const good = Array.from({ length: 12 }, (_, i) => ((i * 7 + seed * 3) % 11 + 0.5) / 11);
  const run = madeUpRun({ good, seed, length: LENGTH });
  const model = {
    source: "m",
    file: "onnx/model.onnx",
    sha256: hashes.get("onnx/model.onnx")!,
    files: Object.fromEntries(hashes),
  };
  return { ...run, environment: { ...run.environment, model } };
}

const HISTORY_LINE = {
  step: 10,
  epoch: 1,
  loss: 0.7,
  learning_rate: 0.03,
  gradient_norm: 1,
  validation: { accuracy: 0.5, loss: 0.6 },
};
const SAMPLE = { text: "a joy", label: "good", predicted: "bad", probabilities: { bad: 0.75, good: 0.25 } };
const NEIGHBOURS = {
  vectors: [{
    vector: 0,
    initial_token: "film",
    nearest: [{ token: "movie", cosine: 0.9 }],
    movement: { distance: 1.5, cosine: 0.8 },
  }],
  duplicates: [{ token: "movie", vectors: [0, 1] }],
  label_words: [{ class: "bad", token: "bad", vectors: [1] }],
};

/** The folder of a run, as far as it is read again, with the one of an ensemble. */
async function folderOf(run: RunRecord): Promise<Files> {
  const { experiment, metrics, environment, predictions } = run;
  const numbers = Float32Array.from({ length: LENGTH * DIMENSION }, (_, i) => i / 100);
  const members = [0, 1].map((seed) => ({
    run: `../seed=${seed}`,
    accuracy: 0.5 + seed / 8,
    prompt_sha256: "ab",
  }));
  const texts = {
    "experiment.yaml": experimentYaml(experiment),
    "predictions.jsonl": predictions.map((one) => `${JSON.stringify(one)}\n`).join(""),
    "metrics.json": jsonText(metrics),
    "ensemble.json": jsonText(ensembleFile("mean", members, 0.5)),
    "history.jsonl": `${JSON.stringify(HISTORY_LINE)}\n`,
    "samples.jsonl": `${JSON.stringify(SAMPLE)}\n`,
    "samples.md": "# x\n",
    "report.html": "<html></html>\n",
    "neighbours.json": jsonText(NEIGHBOURS),
  };
  const files = new Map(Object.entries(texts).map(([name, text]) => [name, new TextEncoder().encode(text)]));
  files.set(
    "prompt.safetensors",
    promptFile(float32Tensor(numbers, [LENGTH, DIMENSION]), "embedding-output"),
  );
  const hashes = new Map<string, string>();
  for (const [name, bytes] of files) hashes.set(name, await sha256(bytes));
  hashes.set("experiment.yaml", experimentSha256(stringify(experiment)));
  hashes.delete("report.html");
  const about = withSha256({ ...environment, files: Object.fromEntries(hashes) });
  return new Map([...files, ["environment.json", new TextEncoder().encode(jsonText(about))]]);
}

/** A summary of runs, each in a folder of the name of its seed. */
export function summaryOf(runs: readonly RunRecord[]): Summary {
  const rows = runs.map(({ experiment: { name, seed }, metrics }): SummaryRow => {
    const folder = `seed=${seed}`;
    return {
      experiment: name,
      variant: folder,
      settings: { seed },
      seed,
      folder,
      status: "complete",
      metrics,
    };
  });
  return summarize("sweep", rows);
}

let made: Promise<Files> | undefined;

/** The folder of a sweep: two runs and their summary. */
export function sweepFiles(): Promise<Files> {
  return made ??= makeSweep();
}

async function makeSweep(): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const runs = [await soundRun(0), await soundRun(1)];
  for (const run of runs) {
    for (const [name, bytes] of await folderOf(run)) files.set(`seed=${run.experiment.seed}/${name}`, bytes);
  }
  const summary = withSha256(summaryOf(runs));
  return files.set("summary.json", new TextEncoder().encode(jsonText(summary)));
}

/** A sweep's folder with one of its files in place of a sound one. @param isRight whether the hashes of it are made right */
export async function withFile(
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  isRight: boolean,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map([...await sweepFiles(), [path, bytes]]);
  if (!isRight) return files;
  const holder = dirname(path) === "." ? path : join(dirname(path), "environment.json");
  const content: unknown = jsonIn(files.get(holder)!);
  if (typeof content !== "object" || content === null) return files;
  const { sha256: _, ...about }: Record<string, unknown> = { ...content };
  if (holder !== path) {
    about.files = {
      ...Object(about.files),
      [path.slice(dirname(path).length + 1)]: await hashOf(path, bytes),
    };
  }
  return files.set(holder, new TextEncoder().encode(jsonText(withSha256(about))));
}

async function hashOf(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!path.endsWith(".yaml")) return await sha256(bytes);
  try {
    return experimentSha256(new TextDecoder().decode(bytes));
  } catch {
    // It is refused before its hash is looked at.
    return "";
  }
}

/** The JSON of a file; `undefined` where it is none. */
export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
