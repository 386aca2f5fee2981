// deno-lint-ignore-file no-console
/**
 * Summarizes the study: makes, from the summaries of its runs in results/study, the tables (CSV, JSON) and the plots (SVG)
 * that are kept in results/paper.
 *
 *   deno task study
 */
import { type DataItem, stringify } from "@std/csv/stringify";
import { join } from "@std/path";
import { readEnvironment, readRun, readSummary } from "../../src/results/read_run.ts";
import { type Summary, type SummaryGroup, type SummaryRow, withoutSeed } from "../../src/results/summary.ts";
import { baselinesOf } from "./baselines.ts";
import { contrastOf, marginsOf } from "./margins.ts";
import { meaningsOf } from "./meanings.ts";
import { drawBars, drawLines, type Point } from "./plots.ts";

const RUNS = "results/study";
const KEPT = "results/paper";

/** The experiments, by their names without `paper-`. */
const NAMES = [
  "learning-rate",
  "length-initialization",
  "insertion",
  "shots",
  "shots-all",
  "ensemble",
  "model-tuning",
  "optimizer",
] as const;

/** The training examples of a class that rt-polarity has; where there is a validation set, 480 fewer are left. */
const ALL_SHOTS = 4797;

/** The length of prompts in the experiments of shots. */
const SHOTS_LENGTH = 20;

await Deno.mkdir(KEPT, { recursive: true });
const summaries = Object.fromEntries(
  await Array.fromAsync(NAMES, async (name) => [name, await keepSummary(name)] as const),
) as Record<typeof NAMES[number], Summary>;
await lengths();
await insertions();
await shots();
await baselines();
console.log(`${KEPT}: tables and plots of ${NAMES.map((name) => `paper-${name}`).join(", ")} and paper-hard`);

/** Copies an experiment's table, and its summary without the metrics of single runs, which the table has. */
async function keepSummary(name: string): Promise<Summary> {
  const folder = folderOf(name);
  const summary = await readSummary(folder);
  if (summary === undefined) {
    stop(`there is no ${folder}/summary.json: run 'deno task study' first`);
  }
  await Deno.copyFile(join(folder, "summary.csv"), join(KEPT, `${name}.csv`));
  const { groups, ensembles, rows, best } = summary;
  const runs = [...rows, ...ensembles];
  const times = await Promise.all(runs.map((run) => secondsOf(join(folder, run.folder))));
  const seconds = times.reduce((sum, time) => sum + time, 0);
  await keep(
    `${name}.json`,
    json({ runs: runs.length, seconds, groups, best, ensembles: ensembles.map(({ ensemble }) => ensemble) }),
  );
  return summary;
}

/** What a run took. */
async function secondsOf(run: string): Promise<number> {
  const seconds = (await readEnvironment(run))?.seconds;
  if (seconds === undefined) stop(`${run} is not complete: 'deno task study' resumes it`);
  return seconds.wall;
}

function stop(why: string): never {
  console.error(why);
  Deno.exit(1);
}

/** Prompt length by initialization: accuracy, the effect of each alone, and what the vectors mean. */
async function lengths(): Promise<void> {
  const { groups, rows } = summaries["length-initialization"];
  await keep(
    "length-initialization.svg",
    drawLines(groups.map((group) => point(group, lengthOf(group), initializationOf(group))), "prompt length"),
  );
  const startsAs = (start: string) => (row: SummaryRow) => initializationOf(row) === start;
  await keepTable("margins.csv", [
    ...marginsOf(rows, (row) => `length ${lengthOf(row)}`),
    ...marginsOf(rows, initializationOf),
    contrastOf(
      "length 5 to 40 over length 1",
      rows,
      (row) => lengthOf(row) >= 5,
      (row) => lengthOf(row) === 1,
    ),
    contrastOf("labels over random", rows, startsAs("labels"), startsAs("random")),
  ]);
  const meanings = groups.map(async (group) => ({
    length: lengthOf(group),
    initialization: initializationOf(group),
    ...await meaningsOf(folderOf("length-initialization"), rowsOf(rows, group)),
  }));
  await keepTable("meanings.csv", await Promise.all(meanings));
}

/** Vectors after the embedding layer and in place of word embeddings. */
async function insertions(): Promise<void> {
  const points = [
    ...afterEmbeddings().map((group) => point(group, lengthOf(group), "embedding-output")),
    ...summaries.insertion.groups.map((group) => point(group, lengthOf(group), "word-embeddings")),
  ];
  await keep("insertion.svg", drawLines(points, "prompt length"));
}

async function shots(): Promise<void> {
  const all = afterEmbeddings().find((group) => lengthOf(group) === SHOTS_LENGTH)!;
  const points = [
    ...summaries.shots.groups.map((group) =>
      point(group, Number(group.settings["dataset.shots"]), "200 steps of 8")
    ),
    ...summaries["shots-all"].groups.map((group) => point(group, ALL_SHOTS, "200 steps of 8")),
    point(all, ALL_SHOTS, "540 steps of 32"),
  ];
  await keep("shots.svg", drawLines(points, "examples a class"));
}

/** What soft prompts are compared with, on films and on products; tuned models at the step size that validation chooses. */
async function baselines(): Promise<void> {
  const { metrics: hard } = await readRun(join(RUNS, "paper-hard"));
  const { rows: prompts, ensembles } = summaries.ensemble;
  const { groups, best, rows } = summaries["model-tuning"];
  const bars = baselinesOf({ hard, prompts, together: ensembles[0]!, models: rowsOf(rows, groups[best!]!) });
  await keep("baselines.svg", drawBars(bars));
  await keep("baselines.json", json(bars));
}

/** The groups of prompts after the embedding layer that start as vocabulary, as other experiments' prompts do. */
function afterEmbeddings(): SummaryGroup[] {
  return summaries["length-initialization"].groups.filter((group) =>
    initializationOf(group) === "vocabulary"
  );
}

function lengthOf({ settings }: SummaryGroup | SummaryRow): number {
  return Number(settings["prompt.length"]);
}

function initializationOf({ settings }: SummaryGroup | SummaryRow): string {
  return (settings["prompt.initialization"] as { from: string }).from;
}

function rowsOf(rows: readonly SummaryRow[], { settings }: SummaryGroup): SummaryRow[] {
  return rows.filter((row) => JSON.stringify(withoutSeed(row.settings)) === JSON.stringify(settings));
}

function point({ test: { accuracy } }: SummaryGroup, x: number, series: string): Point {
  return { x, series, mean: accuracy!.mean, interval: accuracy!.interval };
}

function folderOf(name: string): string {
  return join(RUNS, `paper-${name}`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function keepTable(name: string, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0]!);
  await keep(name, stringify(rows.map((row) => rounded(row) as DataItem), { columns, crlf: false }));
}

/** A row with six digits a number, which is more than any of them is accurate to. */
function rounded(row: object): Record<string, unknown> {
  const entries = Object.entries(row).map(([key, value]) =>
    [key, typeof value === "number" ? Number(value.toFixed(6)) : value] as const
  );
  return Object.fromEntries(entries);
}

async function keep(name: string, text: string): Promise<void> {
  await Deno.writeTextFile(join(KEPT, name), text);
}
