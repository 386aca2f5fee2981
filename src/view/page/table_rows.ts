import { mean, sampleStandardDeviation } from "simple-statistics";
import { withoutSeeds } from "../../diff/run_groups.ts";
import { matcher } from "../../results/matching.ts";
import type { RunState } from "../../results/run_states.ts";
import type { RunRow } from "../view_data.ts";
import type { CellValue, Column } from "./columns.ts";

/** How rows are grouped: not, over seeds, or by sweep and in it over seeds. */
export const GROUPINGS = ["none", "seeds", "sweeps"] as const;

/** One of these. */
export type Grouping = typeof GROUPINGS[number];

/** What the table shows, and in which order. */
export interface TableView {
  /** Words, all of which a row has; in a word, `*` stands for anything. */
  readonly filter: string;
  /** The state that rows have; of any where it is absent. */
  readonly state?: RunState;
  readonly grouping: Grouping;
  readonly sortBy: Column;
  readonly isDown: boolean;
  /** The groups that are unfolded, by their keys. */
  readonly unfolded: ReadonlySet<string>;
}

/** A run in the table, or a group of several. */
export type ShownRow =
  | {
    readonly kind: "run";
    readonly key: string;
    readonly depth: number;
    readonly label: string;
    readonly row: RunRow;
  }
  | ShownGroup;

/** A group of runs in the table. */
export interface ShownGroup {
  readonly kind: "seeds" | "sweep";
  readonly key: string;
  readonly depth: number;
  readonly name: string;
  /** The name without that of the group that it is in. */
  readonly label: string;
  readonly runs: readonly RunRow[];
  readonly isUnfolded: boolean;
  /** Of the runs' metric, where all have the same: the mean and the standard deviation over seeds, or the best of a sweep. */
  readonly score?: { readonly value: number; readonly sd: number | null };
}

/** The rows that match, sorted. */
export function matchingRows(rows: readonly RunRow[], view: TableView): RunRow[] {
  const words = view.filter.split(/\s+/).filter((word) => word !== "").map(wordTest);
  const found = rows.filter((row) =>
    (view.state === undefined || row.state === view.state) && words.every((test) => test(row))
  );
  return sortedBy(found, view.sortBy.value, view.isDown);
}

/** The rows of the table: of groups that are folded, only the group. @param rows that match, sorted */
export function shownRows(rows: readonly RunRow[], view: TableView): ShownRow[] {
  if (view.grouping === "none") return rows.map((row) => runRow(row, 0));
  if (view.grouping === "seeds") {
    return inGroups(rows, view, 0, (inner) => inner.map((row) => runRow(row, 1)));
  }
  return grouped(rows, view, {
    kind: "sweep",
    depth: 0,
    nameOf: sweepOf,
    score: bestOf,
    within: (inner) => inGroups(inner, view, 1, (runs) => runs.map((row) => runRow(row, 2))),
  });
}

/** Rows or groups sorted by a value, what has none last. */
export function sortedBy<Item>(
  items: readonly Item[],
  value: (item: Item) => CellValue,
  isDown: boolean,
): Item[] {
  const sign = isDown ? -1 : 1;
  return items.map((item) => ({ item, by: value(item) }))
    .sort((one, other) => compared(one.by, other.by, sign)).map(({ item }) => item);
}

/** Numbers within texts by their values: length=5 before length=20. */
const TEXTS = new Intl.Collator("en", { numeric: true });

function compared(one: CellValue, other: CellValue, sign: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === "number" && typeof other === "number") return one === other ? 0 : sign * (one - other);
  return sign * TEXTS.compare(String(one), String(other));
}

/** Whether a row has a word, in whatever it shows. */
function wordTest(word: string): (row: RunRow) => boolean {
  const lower = word.toLowerCase();
  const matches = word.includes("*") ? matcher(word) : undefined;
  return (row) => matches ? matches(row.name) : searched(row).includes(lower);
}

/** What is searched in a row, which does not change. */
const texts = new WeakMap<RunRow, string>();

function searched(row: RunRow): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const { name, model, dataset, device, note, state, baselines } = row;
  const text = [name, model, dataset, device, note, state, ...baselines].join("\n").toLowerCase();
  texts.set(row, text);
  return text;
}

function runRow(row: RunRow, depth: number): ShownRow {
  return { kind: "run", key: row.key, depth, label: labelAt(row.name, depth), row };
}

/** A name without the folders above it, where it stands in a group. */
function labelAt(name: string, depth: number): string {
  return depth === 0 ? name : name.slice(name.lastIndexOf("/") + 1);
}

/** How groups are made and shown. */
interface Groups {
  readonly kind: ShownGroup["kind"];
  readonly depth: number;
  readonly nameOf: (row: RunRow) => string;
  readonly score: (runs: readonly RunRow[]) => ShownGroup["score"];
  /** The rows of a group that is unfolded. */
  readonly within: (rows: readonly RunRow[]) => ShownRow[];
}

/** Groups of runs that differ in nothing but the seed. */
function inGroups(
  rows: readonly RunRow[],
  view: TableView,
  depth: number,
  within: Groups["within"],
): ShownRow[] {
  return grouped(rows, view, {
    kind: "seeds",
    depth,
    nameOf: ({ name }) => withoutSeeds(name),
    score: meanOf,
    within,
  });
}

/** Rows in groups, which come where their first row would; by the name and the metric, in the order of the groups' own. */
function grouped(rows: readonly RunRow[], view: TableView, groups: Groups): ShownRow[] {
  const found = [...Map.groupBy(rows, groups.nameOf)].map(([name, runs]) => ({
    name,
    runs,
    score: groups.score(runs),
  }));
  const ownValue: Readonly<Record<string, (group: typeof found[number]) => CellValue>> = {
    name: ({ name }) => name,
    metric: ({ score }) => score?.value ?? null,
  };
  const value = ownValue[view.sortBy.id];
  const ordered = value === undefined ? found : sortedBy(found, value, view.isDown);
  return ordered.flatMap(({ name, runs, score }): ShownRow[] => {
    const [only] = runs;
    if (runs.length === 1 && only !== undefined) return [runRow(only, groups.depth)];
    const key = `${groups.kind}:${name}`;
    const isUnfolded = view.unfolded.has(key);
    const { kind, depth } = groups;
    return [
      { kind, key, depth, name, label: labelAt(name, depth), runs, isUnfolded, ...(score && { score }) },
      ...isUnfolded ? groups.within(runs) : [],
    ];
  });
}

/** What a run is swept in: the folder above it. */
function sweepOf({ name }: RunRow): string {
  const at = name.lastIndexOf("/");
  return at < 0 ? name : name.slice(0, at);
}

/** The values of the metric that all complete runs have. */
function valuesOf(runs: readonly RunRow[]): { readonly values: number[]; readonly isHigherBetter: boolean } {
  const headlines = runs.flatMap(({ headline }) => headline === undefined ? [] : [headline]);
  const [first] = headlines;
  const values = headlines.flatMap(({ metric, value }) =>
    value === null || metric !== first?.metric ? [] : [value]
  );
  const isSame = values.length === headlines.length;
  return { values: isSame ? values : [], isHigherBetter: first?.isHigherBetter ?? true };
}

function meanOf(runs: readonly RunRow[]): ShownGroup["score"] {
  const { values } = valuesOf(runs);
  if (values.length === 0) return undefined;
  return { value: mean(values), sd: values.length < 2 ? null : sampleStandardDeviation(values) };
}

function bestOf(runs: readonly RunRow[]): ShownGroup["score"] {
  const { values, isHigherBetter } = valuesOf(runs);
  if (values.length === 0) return undefined;
  return { value: isHigherBetter ? Math.max(...values) : Math.min(...values), sd: null };
}
