/**
 * Sums the study up: out of the summaries of its runs in results/study, the tables (CSV, JSON) and the plots (SVG) that are
 * kept in results/paper.
 *
 *   deno task study
 */
import { join } from "@std/path";
import type { EnsembleRow, SummaryGroup, SummaryRow } from "../../src/results/summary.ts";
import { readRun, readSummary } from "../../src/results/read_run.ts";
import { spreadOf } from "../../src/results/summary.ts";
import { type Bar, drawBars, drawLines, type Point } from "./plots.ts";

const RUNS = "results/study", KEPT = "results/paper";

/** The experiments, by their names without `paper-`. */
const NAMES = [
  "learning-rate",
  "length-initialization",
  "insertion",
  "shots",
  "ensemble",
  "model-tuning",
  "optimizer",
] as const;

/** What is kept of an experiment's summary: all but the metrics of single runs, which the table has. */
interface Kept {
  readonly groups: readonly SummaryGroup[];
  readonly ensembles: readonly EnsembleRow[];
  readonly rows: readonly SummaryRow[];
}

await Deno.mkdir(KEPT, { recursive: true });
const summaries = Object.fromEntries(
  await Promise.all(NAMES.map(async (name) => [name, await kept(name)] as const)),
) as Record<typeof NAMES[number], Kept>;
const LENGTH = "prompt.length", INITIALIZATION = "prompt.initialization", SHOTS = "dataset.shots";
const initializationOf = ({ settings }: SummaryGroup) => (settings[INITIALIZATION] as { from: string }).from;

const byLength = summaries["length-initialization"].groups;
await plot(
  "length-initialization",
  drawLines(byLength.map((g) => point(g, LENGTH, initializationOf(g))), "prompt length"),
);
const behind = byLength.filter((group) => initializationOf(group) === "vocabulary");
await plot(
  "insertion",
  drawLines([
    ...behind.map((group) => point(group, LENGTH, "embedding-output")),
    ...summaries.insertion.groups.map((group) => point(group, LENGTH, "word-embeddings")),
  ], "prompt length"),
);
await plot(
  "shots",
  drawLines(summaries.shots.groups.map((g) => point(g, SHOTS, "shots")), "examples a class"),
);

const hard = await readRun(join(RUNS, "paper-hard")), best = bestModel(summaries["model-tuning"].groups);
const prompts = summaries.ensemble.rows, models = rowsOf(summaries["model-tuning"].rows, best);
const [together] = summaries.ensemble.ensembles, films = "films", products = "products";
const bars: Bar[] = [
  { name: "majority class", data: films, mean: hard.metrics.majority!.accuracy, interval: null },
  one("hard prompt", films, hard.metrics.test),
  over("soft prompt", films, prompts, ({ test }) => test.accuracy.value),
  one("five prompts together", films, together!.metrics!.test),
  over("model tuning", films, models, ({ test }) => test.accuracy.value),
  one("hard prompt", products, elsewhere(hard.metrics)),
  over("soft prompt", products, prompts, (metrics) => elsewhere(metrics).accuracy.value),
  one("five prompts together", products, elsewhere(together!.metrics!)),
  over("model tuning", products, models, (metrics) => elsewhere(metrics).accuracy.value),
];
await plot("baselines", drawBars(bars));
await Deno.writeTextFile(join(KEPT, "baselines.json"), `${JSON.stringify(bars, null, 2)}\n`);
console.log(`${KEPT}: ${NAMES.map((name) => `${name}.csv`).join(", ")} and plots`);

/** Copies an experiment's table, and of its summary what is kept. */
async function kept(name: string): Promise<Kept> {
  const folder: string = join(RUNS, `paper-${name}`), summary = await readSummary(folder);
  if (summary === undefined) throw new Error(`there is no ${folder}/summary.json: run 'deno task study'`);
  await Deno.copyFile(join(folder, "summary.csv"), join(KEPT, `${name}.csv`));
  const { groups, ensembles, best } = summary;
  const seconds = summary.rows.reduce((sum, { metrics }) => sum + (metrics?.seconds ?? 0), 0);
  const about = { groups, best, seconds, ensembles: ensembles.map(({ ensemble }) => ensemble) };
  await Deno.writeTextFile(join(KEPT, `${name}.json`), `${JSON.stringify(about, null, 2)}\n`);
  return summary;
}

async function plot(name: string, svg: string): Promise<void> {
  await Deno.writeTextFile(join(KEPT, `${name}.svg`), svg);
}

function point({ settings, test: { accuracy } }: SummaryGroup, key: string, series: string): Point {
  return { x: Number(settings[key]), series, mean: accuracy.mean, interval: accuracy.interval };
}

/** The step size that validation chooses. */
function bestModel(groups: readonly SummaryGroup[]): SummaryGroup {
  return groups.toSorted((a, b) => b.validation!.accuracy.mean - a.validation!.accuracy.mean)[0]!;
}

function rowsOf(rows: readonly SummaryRow[], { settings }: SummaryGroup): SummaryRow[] {
  return rows.filter((row) => Object.entries(settings).every(([key, value]) => row.settings[key] === value));
}

type Metrics = NonNullable<SummaryRow["metrics"]>;

/** Of the products. */
function elsewhere({ transfer }: Metrics): Metrics["test"] {
  return transfer!["customer-reviews"]!;
}

/** A single run with its own interval (Wilson). */
function one(name: string, data: string, { accuracy }: Metrics["test"]): Bar {
  return { name, data, mean: accuracy.value, interval: accuracy.interval };
}

/** The mean over seeds with its interval (Student). */
function over(
  name: string,
  data: string,
  rows: readonly SummaryRow[],
  value: (metrics: Metrics) => number,
): Bar {
  const { mean, interval } = spreadOf(rows.map(({ metrics }) => value(metrics!)));
  return { name, data, mean, interval };
}
