import type { RunRow } from "../view_data.ts";
import type { PhraseName } from "./phrases.ts";

/** What a cell is sorted by; `null`, what there is nothing of, comes last in both directions. */
export type CellValue = number | string | null;

/** A column of the table. */
export interface Column {
  readonly id: string;
  /** What its header says: a phrase, or the key of a sweep. */
  readonly header: { readonly phrase: PhraseName } | { readonly key: string };
  readonly value: (row: RunRow) => CellValue;
  /** The text of a cell. */
  readonly text: (row: RunRow) => string;
  readonly isNumeric?: boolean;
  /** Whether the first click on the header sorts the largest first. */
  readonly isLargestFirst?: boolean;
  /** The least width, in rem. */
  readonly least: number;
  /** Its share of the room that is left; none where it is absent. */
  readonly grow?: number;
}

/** The most keys of sweeps that have columns. */
const MOST_KEYS = 6;

/** What separates a row's settings. */
const SETTING = /^([^=]+)=(.*)$/;

/** The settings of a variant, as its name has them; without its seed. */
export function settingsOf({ name }: RunRow): Map<string, string> {
  const parts = name.slice(name.lastIndexOf("/") + 1).split(",");
  return new Map(parts.flatMap((part) => {
    const [, key, value] = SETTING.exec(part) ?? [];
    return key === undefined || value === undefined || key === "seed" ? [] : [[key, value] as const];
  }));
}

/** A run's metric with its interval. */
export function headlineText(row: RunRow): string {
  const { headline } = row;
  if (headline === undefined || headline.interval === null || headline.value === null) return valueText(row);
  const ends = headline.interval.map((end) => numberText(end, headline).replace("%", ""));
  return `${valueText(row)} (${ends.join("–")})`;
}

/** A run's metric. */
function valueText({ headline }: RunRow): string {
  if (headline === undefined) return "";
  return headline.value === null ? "∞" : numberText(headline.value, headline);
}

/** A value of a metric. */
export function numberText(value: number, of: { readonly metric: string }): string {
  return isShare(of) ? `${(100 * value).toFixed(1)}%` : value.toPrecision(3);
}

/** Whether a metric is a share of examples. */
export function isShare({ metric }: { readonly metric: string }): boolean {
  return metric !== "perplexity";
}

/** A time to the minute. */
function timeText({ time }: RunRow): string {
  return time === null ? "" : time.slice(0, 16).replace("T", " ");
}

/** A setting as it is sorted: numbers by their values. */
function settingValue(text: string | undefined): CellValue {
  if (text === undefined) return null;
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The columns of a table with these rows. */
export function columnsOf(rows: readonly RunRow[]): Column[] {
  return [
    {
      id: "name",
      header: { phrase: "name" },
      value: ({ name }) => name,
      text: ({ name }) => name,
      least: 14,
      grow: 3,
    },
    {
      id: "metric",
      header: { phrase: "metric" },
      value: ({ headline }) => headline?.value ?? (headline === undefined ? null : Infinity),
      text: headlineText,
      isNumeric: true,
      isLargestFirst: true,
      least: 8.4,
      grow: 1,
    },
    {
      id: "loss",
      header: { phrase: "loss" },
      value: ({ loss }) => loss,
      text: ({ loss }) => loss?.toFixed(3) ?? "",
      isNumeric: true,
      least: 3.5,
    },
    ...keysOf(rows).map((key): Column => ({
      id: `key:${key}`,
      header: { key },
      value: (row) => settingValue(settingsOf(row).get(key)),
      text: (row) => settingsOf(row).get(key) ?? "",
      isNumeric: true,
      least: 4,
      grow: 0.5,
    })),
    {
      id: "seed",
      header: { phrase: "seed" },
      value: ({ seed }) => seed,
      text: ({ seed }) => seed === null ? "" : String(seed),
      isNumeric: true,
      least: 2.8,
    },
    {
      id: "model",
      header: { phrase: "model" },
      value: ({ model }) => lastPart(model),
      text: ({ model }) => lastPart(model),
      least: 4.5,
      grow: 1,
    },
    {
      id: "dataset",
      header: { phrase: "dataset" },
      value: ({ dataset }) => dataset,
      text: ({ dataset }) => dataset,
      least: 4.5,
      grow: 1,
    },
    {
      id: "device",
      header: { phrase: "device" },
      value: ({ device }) => device,
      text: ({ device }) => device,
      least: 3.5,
    },
    {
      id: "seconds",
      header: { phrase: "seconds" },
      value: ({ seconds }) => seconds,
      text: ({ seconds }) => seconds?.toFixed(1) ?? "",
      isNumeric: true,
      least: 4.2,
    },
    {
      id: "time",
      header: { phrase: "time" },
      value: ({ time }) => time,
      text: timeText,
      isLargestFirst: true,
      least: 8.4,
    },
    {
      id: "state",
      header: { phrase: "state" },
      value: ({ state }) => state,
      text: ({ state }) => state,
      least: 5.4,
    },
    {
      id: "note",
      header: { phrase: "note" },
      value: ({ note }) => note || null,
      text: ({ note }) => note,
      least: 3.5,
      grow: 1.5,
    },
  ];
}

/** What columns have on a phone, where there is room for two of them. */
const NARROW: Readonly<Record<string, Partial<Column>>> = {
  name: { least: 6, grow: 1 },
  metric: { least: 6.9, text: valueText },
};

/** The columns that there is room for on a phone. */
export function narrowColumns(columns: readonly Column[]): Column[] {
  return columns.flatMap((column) => {
    const narrow = NARROW[column.id];
    return narrow === undefined ? [] : [{ ...column, ...narrow }];
  });
}

/** The columns of a grid, as CSS has them, after one for the boxes by which rows are selected. */
export function gridTemplate(columns: readonly Column[]): string {
  const widths = columns.map(({ least, grow }) =>
    grow === undefined ? `${least}rem` : `minmax(${least}rem, ${grow}fr)`
  );
  return [`${BOX}rem`, ...widths].join(" ");
}

/** The least width of a grid with these columns, in rem. */
export function leastWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, { least }) => sum + GAP + least, BOX + 1);
}

/** The widths of the boxes and of the gaps between columns, in rem, as in the style sheet. */
const BOX = 1.4;
const GAP = 0.5;

/** The keys that the names of variants have, in the order in which they come. */
function keysOf(rows: readonly RunRow[]): string[] {
  return [...new Set(rows.flatMap((row) => [...settingsOf(row).keys()]))].slice(0, MOST_KEYS);
}

/** A model's name without the folders above it. */
function lastPart(path: string): string {
  return path.replace(/[/\\]+$/, "").replace(/^.*[/\\]/, "");
}
