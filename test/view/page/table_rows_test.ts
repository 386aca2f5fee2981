import { assertEquals } from "@std/assert";
import { columnsOf } from "../../../src/view/page/columns.ts";
import { matchingRows, type ShownRow, shownRows, type TableView } from "../../../src/view/page/table_rows.ts";
import type { RunRow } from "../../../src/view/view_data.ts";

function row(name: string, value: number | null, changes: Partial<RunRow> = {}): RunRow {
  return {
    key: name,
    name,
    folder: `results/${name}`,
    state: "complete",
    time: null,
    seed: Number(/seed=(\d)/.exec(name)?.[1] ?? 0),
    headline: { metric: "accuracy", value, interval: null, isHigherBetter: true },
    loss: null,
    seconds: 1,
    model: "models/mini",
    dataset: "reviews",
    device: "cpu",
    note: "",
    baselines: [],
    ...changes,
  };
}

const ROWS = [
  row("plain", 0.5, { note: "Try again" }),
  row("study/length=5,seed=0", 0.6),
  row("study/length=5,seed=1", 0.8),
  row("study/length=20,seed=0", 0.65),
  row("study/length=20,seed=1", 0.65),
];

const COLUMNS = columnsOf(ROWS);

function view(
  { sort = "name", ...changes }: Partial<TableView> & { readonly sort?: string } = {},
): TableView {
  const sortBy = COLUMNS.find(({ id }) => id === sort);
  if (sortBy === undefined) throw new Error(`there is no column ${sort}`);
  return { filter: "", grouping: "none", isDown: false, unfolded: new Set(), sortBy, ...changes };
}

const names = (rows: readonly RunRow[]) => rows.map(({ name }) => name);

/** Rows as the table has them: indented, with their labels and scores. */
const drawn = (rows: readonly ShownRow[]) =>
  rows.map((one) => {
    const score = one.kind === "run" ? one.row.headline?.value : one.score?.value;
    return `${"  ".repeat(one.depth)}${one.label} ${score?.toFixed(2)}`;
  });

Deno.test("a filter's words must all be in a row, in whatever it shows; * stands for anything in a name", () => {
  const found = (filter: string) => names(matchingRows(ROWS, view({ filter })));
  assertEquals(found("length=5 seed=1"), ["study/length=5,seed=1"]);
  assertEquals(found("AGAIN"), ["plain"]);
  assertEquals(found("*length=20*"), ["study/length=20,seed=0", "study/length=20,seed=1"]);
  assertEquals(found("mini reviews nothing"), []);
  assertEquals(names(matchingRows(ROWS, view({ state: "failed" }))), []);
});

Deno.test("numbers in names and settings sort by their values, and what has no value comes last in both directions", () => {
  assertEquals(names(matchingRows(ROWS, view()))[1], "study/length=5,seed=0");
  const { headline: _, ...unmeasured } = row("z", 0);
  const rows = [unmeasured, ...ROWS];
  for (const isDown of [true, false]) {
    const sorted = names(matchingRows(rows, view({ sort: "metric", isDown })));
    assertEquals(sorted.at(-1), "z");
    assertEquals(sorted[0], isDown ? "study/length=5,seed=1" : "plain");
  }
  assertEquals(
    names(matchingRows(ROWS, view({ sort: "key:length", isDown: true }))).at(0),
    "study/length=20,seed=0",
  );
});

Deno.test("sweeps hold groups over seeds, with the best and the mean; one run is no group", () => {
  const folded = shownRows(matchingRows(ROWS, view()), view({ grouping: "sweeps" }));
  assertEquals(drawn(folded), ["plain 0.50", "study 0.80"]);
  const unfolded = new Set(["sweep:study", "seeds:study/length=5"]);
  const open = view({ grouping: "sweeps", unfolded, sort: "metric", isDown: true });
  const shown = shownRows(matchingRows(ROWS, open), open);
  assertEquals(drawn(shown), [
    "study 0.80",
    "  length=5 0.70",
    "    length=5,seed=1 0.80",
    "    length=5,seed=0 0.60",
    "  length=20 0.65",
    "plain 0.50",
  ]);
  const [, group] = shown;
  assertEquals(group?.kind === "seeds" && group.score?.sd?.toFixed(4), Math.sqrt(0.02).toFixed(4));
});
