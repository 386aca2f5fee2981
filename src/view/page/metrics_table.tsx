/// <reference lib="dom" />
import type { JSX } from "preact";
import { useWords } from "./language.ts";
import { isPhrase } from "./phrases.ts";
import { TextTable } from "./text_table.tsx";

/** The parts of the data whose metrics are shown, in their order. */
const PARTS = ["test", "validation"] as const;

/** Metrics that are shares of examples. */
const SHARES: ReadonlySet<string> = new Set([
  "accuracy",
  "exact_match",
  "token_f1",
  "rouge_l",
  "illegal_rate",
]);

/** The metrics of each part of the data, as a run's `metrics.json` has them: those that are a number, with their interval where there is one. */
export function MetricsTable({ metrics }: { readonly metrics: unknown }): JSX.Element {
  const { t } = useWords();
  const parts = PARTS.flatMap((part) => {
    const found = valueOf(metrics, part);
    return found === undefined ? [] : [{ part, values: valuesOf(found) }];
  });
  const names = [...new Set(parts.flatMap(({ values }) => [...values.keys()]))];
  return (
    <TextTable
      header={[t("metric"), ...parts.map(({ part }) => t(part))]}
      numeric={parts.map((_, i) => i + 1)}
      rows={names.map((name) => [
        isPhrase(name) ? t(name) : name,
        ...parts.map(({ values }) => values.get(name) ?? ""),
      ])}
    />
  );
}

function valueOf(content: unknown, key: string): unknown {
  return typeof content === "object" && content !== null
    ? new Map<string, unknown>(Object.entries(content)).get(key)
    : undefined;
}

/** The texts of the metrics of a part, by their names. */
function valuesOf(part: unknown): Map<string, string> {
  if (typeof part !== "object" || part === null) return new Map();
  return new Map(
    Object.entries(part).flatMap(([name, found]) => {
      const text = metricTextOf(name, found);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

function metricTextOf(name: string, found: unknown): string | undefined {
  const text = (value: number) =>
    SHARES.has(name)
      ? `${(100 * value).toFixed(1)}%`
      : Number.isInteger(value)
      ? value.toLocaleString("en")
      : value.toFixed(3);
  if (typeof found === "number") return text(found);
  const value = valueOf(found, "value");
  if (typeof value !== "number") return undefined;
  const interval = valueOf(found, "interval");
  const ends = Array.isArray(interval) ? interval.filter((end) => typeof end === "number") : [];
  return ends.length === 2 ? `${text(value)} (${ends.map(text).join(" – ")})` : text(value);
}
