/**
 * Sums the study up: out of the summaries of its runs in results/study, the tables (CSV, JSON) and the plots (SVG) that are
 * kept in results/paper.
 *
 *   deno task study
 */
import { stringify } from "@std/csv/stringify";
import { join } from "@std/path";
import type { EnsembleRow, SummaryGroup, SummaryRow } from "../../src/results/summary.ts";
import { readEnvironment, readRun, readSummary } from "../../src/results/read_run.ts";
import { spreadOf, withoutSeed } from "../../src/results/summary.ts";
import { meaningsOf } from "./meanings.ts";
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
/** All of the training examples of a class that rt-polarity has beside the validation set, and the length of prompts in the experiment of shots. */
const ALL_SHOTS = 8634 / 2, SHOTS_LENGTH = 20;
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
const all = behind.find(({ settings }) => settings[LENGTH] === SHOTS_LENGTH)!;
await plot(
  "shots",
  drawLines([
    ...summaries.shots.groups.map((group) => point(group, SHOTS, "200 steps")),
    { ...point(all, LENGTH, "all, 2 epochs"), x: ALL_SHOTS },
  ], "examples a class"),
);
const meanings = await Promise.all(byLength.map(async (group) => ({
  length: group.settings[LENGTH],
  initialization: initializationOf(group),
  ...await meaningsOf(
    folderOf("length-initialization"),
    rowsOf(summaries["length-initialization"].rows, group),
  ),
})));
await keep("meanings.csv", stringify(meanings, { columns: Object.keys(meanings[0]!), crlf: false }));

const hard = await readRun(join(RUNS, "paper-hard")), best = bestModel(summaries["model-tuning"].groups);
const prompts = summaries.ensemble.rows, models = rowsOf(summaries["model-tuning"].rows, best);
const [together] = summaries.ensemble.ensembles, films = "films", products = "products";
const bars: Bar[] = [
  majority(films, hard.metrics.test),
  one("hard prompt", films, hard.metrics.test),
  over("soft prompt", films, prompts, ({ test }) => test.accuracy.value),
  one("five prompts together", films, together!.metrics!.test),
  over("model tuning", films, models, ({ test }) => test.accuracy.value),
  majority(products, elsewhere(hard.metrics)),
  one("hard prompt", products, elsewhere(hard.metrics)),
  over("soft prompt", products, prompts, (metrics) => elsewhere(metrics).accuracy.value),
  one("five prompts together", products, elsewhere(together!.metrics!)),
  over("model tuning", products, models, (metrics) => elsewhere(metrics).accuracy.value),
];
await plot("baselines", drawBars(bars));
await keep("baselines.json", json(bars));
console.log(`${KEPT}: ${NAMES.map((name) => `${name}.csv`).join(", ")} and plots`);

/** Copies an experiment's table, and of its summary what is kept. */
async function kept(name: string): Promise<Kept> {
  const folder = folderOf(name), summary = await readSummary(folder);
  if (summary === undefined) throw new Error(`there is no ${folder}/summary.json: run 'deno task study'`);
  await Deno.copyFile(join(folder, "summary.csv"), join(KEPT, `${name}.csv`));
  const { groups, ensembles, rows, best } = summary, runs = [...rows, ...ensembles];
  const about = await Promise.all(runs.map((run) => readEnvironment(join(folder, run.folder))));
  const seconds = about.reduce((sum, environment) => sum + (environment?.seconds?.wall ?? 0), 0);
  await keep(
    `${name}.json`,
    json({ runs: runs.length, seconds, groups, best, ensembles: ensembles.map(({ ensemble }) => ensemble) }),
  );
  return summary;
}

async function plot(name: string, svg: string): Promise<void> {
  await keep(`${name}.svg`, svg);
}

async function keep(name: string, text: string): Promise<void> {
  await Deno.writeTextFile(join(KEPT, name), text);
}

function folderOf(name: string): string {
  return join(RUNS, `paper-${name}`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function point({ settings, test: { accuracy } }: SummaryGroup, key: string, series: string): Point {
  return { x: Number(settings[key]), series, mean: accuracy.mean, interval: accuracy.interval };
}

/** The step size that validation chooses. */
function bestModel(groups: readonly SummaryGroup[]): SummaryGroup {
  return groups.toSorted((a, b) => b.validation!.accuracy.mean - a.validation!.accuracy.mean)[0]!;
}

function rowsOf(rows: readonly SummaryRow[], { settings }: SummaryGroup): SummaryRow[] {
  return rows.filter((row) => JSON.stringify(withoutSeed(row.settings)) === JSON.stringify(settings));
}

type Metrics = NonNullable<SummaryRow["metrics"]>;

/** Of the products. */
function elsewhere({ transfer }: Metrics): Metrics["test"] {
  return transfer!["customer-reviews"]!;
}

/** What naming the most frequent class of the data for each of them comes to. */
function majority(data: string, { examples, per_class }: Metrics["test"]): Bar {
  const most = Math.max(...Object.values(per_class).map(({ support }) => support));
  return { name: "majority class", data, mean: most / examples, interval: null };
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
