import type { Prediction } from "../results/predictions.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { Pairs } from "./align.ts";

/**
 * Pairs the predictions of runs by their texts alone, in the order of the first run. A text that occurs in a run several times
 * is paired if it occurs equally often in all of them: examples of one label with each other, in order.
 */
export function byText(runs: readonly RunRecord[]): Pairs {
  const groups = runs.map(({ predictions }) => Map.groupBy(predictions, ({ text_sha256 }) => text_sha256));
  const [first, ...others] = groups;
  const shared = [...first!.keys()].filter((text) => others.every((group) => group.has(text)));
  const isClear = (text: string) =>
    others.every((group) => group.get(text)!.length === first!.get(text)!.length);
  const clear = shared.filter(isClear);
  const unclear = shared.filter((text) => !isClear(text));
  const order = new Map(runs[0]!.predictions.map((one, i) => [one, i]));
  const place = (row: readonly Prediction[]) => order.get(row[0]!)!;
  const rows = clear.flatMap((text) => paired(groups.map((group) => group.get(text)!)))
    .sort((a, b) => place(a) - place(b));
  return {
    runs: runs.map((_, r) => rows.map((row) => row[r]!)),
    changed: 0,
    unclear: unclear.length,
    leftOut: groups.map((group) => unclear.reduce((sum, text) => sum + group.get(text)!.length, 0)),
  };
}

/** The predictions of one text in each run, equally many, row by row: sorted by label, and in order within a label. */
function paired(ofRuns: readonly (readonly Prediction[])[]): Prediction[][] {
  const sorted = ofRuns.map((predictions) =>
    predictions.toSorted((a, b) => a.label < b.label ? -1 : a.label > b.label ? 1 : 0)
  );
  return sorted[0]!.map((_, i) => sorted.map((predictions) => predictions[i]!));
}
