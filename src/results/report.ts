import * as Plot from "@observablehq/plot";
import { escape } from "@std/html/entities";
import { parseHTML } from "linkedom";
import type { Neighbourhood } from "../prompt/neighbours.ts";
import type { HistoryLine } from "../training/trainer.ts";
import type { MetricsFile, PartMetrics } from "./metrics_file.ts";

const WIDTH = 680, HEIGHT = 260;

const STYLE = `
  :root { color-scheme: light dark; --line: #8886; --accent: #3b74c4; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
  th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; }
  pre { overflow-x: auto; padding: 0.8rem; border: 1px solid var(--line); border-radius: 6px; font-size: 13px; }
  figure { margin: 0 0 1.5rem; } figcaption { font-size: 0.9rem; opacity: 0.8; } svg { max-width: 100%; height: auto; color: currentColor; }
`;

/**
 * `report.html`: one page that needs nothing else, with the curves, the confusion matrix, the samples and the prompt's
 * neighbours.
 *
 * @param files the run's other files by name
 */
export function reportHtml(files: ReadonlyMap<string, string>): string {
  const metrics = JSON.parse(files.get("metrics.json")!) as MetricsFile;
  const history = (files.get("history.jsonl") ?? "").split("\n").filter(Boolean).map((line) =>
    JSON.parse(line) as HistoryLine
  );
  const around = JSON.parse(files.get("neighbours.json") ?? "[]") as Neighbourhood[];
  const name = /^name: (.*)$/m.exec(files.get("experiment.yaml") ?? "")?.[1] ?? "run";
  const sections = [
    `<h1>${escape(name)}</h1>`,
    metricsTable(metrics),
    ...(history.length > 0 ? ["<h2>Curves</h2>", lossCurve(history), validationCurve(history)] : []),
    "<h2>Confusion on the test set</h2>",
    confusionTable(metrics.test),
    markdownTables(files.get("samples.md") ?? ""),
    ...(around.length > 0 ? ["<h2>Nearest vocabulary tokens</h2>", neighbourTable(around)] : []),
    `<h2>Experiment</h2><pre>${escape(files.get("experiment.yaml") ?? "")}</pre>`,
    `<h2>Environment</h2><pre>${escape(files.get("environment.json") ?? "")}</pre>`,
  ];
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${
    escape(name)
  }</title><style>${STYLE}</style></head><body>\n${sections.join("\n")}\n</body></html>\n`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function metricsTable({ test, validation }: MetricsFile): string {
  const parts = [["test", test], ["validation", validation]] as const;
  const rows = parts.flatMap(([name, part]) =>
    part === undefined ? [] : [[
      name,
      String(part.examples),
      `${percent(part.accuracy.value)} (${part.accuracy.interval.map(percent).join(" to ")})`,
      part.macro_f1.toFixed(3),
      part.loss.toFixed(3),
      part.expected_calibration_error.toFixed(3),
      percent(part.illegal_rate),
    ]]
  );
  return table([
    "",
    "examples",
    "accuracy (95% interval)",
    "macro F1",
    "loss",
    "calibration error",
    "illegal",
  ], rows);
}

function confusionTable({ confusion: { classes, counts }, per_class }: PartMetrics): string {
  const rows = classes.map((name, i) => [
    name,
    ...counts[i]!.map(String),
    per_class[name]!.precision.toFixed(3),
    per_class[name]!.recall.toFixed(3),
  ]);
  return table(["class", ...classes.map((name) => `predicted ${name}`), "precision", "recall"], rows);
}

function neighbourTable(around: readonly Neighbourhood[]): string {
  return table(
    ["vector", "began as", "nearest now (cosine)"],
    around.map(({ vector, initial_token, nearest }) => [
      String(vector),
      initial_token ?? "",
      nearest.map(({ token, cosine }) => `${token} ${cosine.toFixed(2)}`).join(", "),
    ]),
  );
}

/** The tables of `samples.md` and their headings. */
function markdownTables(markdown: string): string {
  const cells = (line: string) =>
    line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  return markdown.split(/^## /m).slice(1).map((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const rows = lines.filter((line) => line.startsWith("|")).map(cells);
    const body = rows.length > 0
      ? table(rows[0]!, rows.slice(2))
      : `<p>${escape(lines.join(" ").trim())}</p>`;
    return `<h2>${escape(heading)}</h2>${body}`;
  }).join("\n");
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const inner = (text: string) => escape(text).replace(/^\*\*(.*)\*\*$/, "<strong>$1</strong>");
  const cell = (text: string) => `<td${/^[\d.]+%?$/.test(text) ? ' class="number"' : ""}>${inner(text)}</td>`;
  const head = header.map((text) => `<th>${escape(text)}</th>`).join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>${
    rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")
  }</tbody></table>`;
}

function lossCurve(history: readonly HistoryLine[]): string {
  const lines = history.flatMap(({ step, loss, validation }) => [
    { step, loss, part: "training" },
    ...(validation ? [{ step, loss: validation.loss, part: "validation" }] : []),
  ]);
  return figure("Loss by step", { y: { label: "loss", grid: true }, color: { legend: true } }, [
    Plot.lineY(lines, { x: "step", y: "loss", stroke: "part" }),
  ]);
}

function validationCurve(history: readonly HistoryLine[]): string {
  const points = history.flatMap(({ step, validation }) =>
    validation ? [{ step, accuracy: validation.accuracy }] : []
  );
  if (points.length === 0) return "";
  return figure("Validation accuracy by step", { y: { label: "accuracy", grid: true } }, [
    Plot.lineY(points, { x: "step", y: "accuracy", stroke: "var(--accent)" }),
    Plot.dot(points, { x: "step", y: "accuracy", fill: "var(--accent)" }),
  ]);
}

function figure(caption: string, options: Plot.PlotOptions, marks: Plot.Markish[]): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>") as unknown as Pick<
    Plot.PlotOptions,
    "document"
  >;
  const plot = Plot.plot({
    width: WIDTH,
    height: HEIGHT,
    document,
    ...options,
    marks,
  });
  return `<figure>${plot.outerHTML}<figcaption>${escape(caption)}</figcaption></figure>`;
}
