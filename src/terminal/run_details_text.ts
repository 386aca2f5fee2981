import { counted } from "../base/counted.ts";
import { percent } from "../base/percent.ts";
import { sizeText } from "../base/size_text.ts";
import { METRIC_NAMES, metricText } from "../diff/wording.ts";
import { TEXT_METRIC_NAMES, textMetricText } from "../diff/text_wording.ts";
import { METRICS } from "../evaluation/metric_names.ts";
import type { TextMetricName } from "../evaluation/text_metric_names.ts";
import type { Experiment } from "../experiment/types.ts";
import { areOfTexts, type PartMetrics, type TextPartMetrics } from "../results/metrics_file.ts";
import type { RunDetails, RunFileSize } from "../results/run_details.ts";
import type { ClassSizes, NeighboursFile } from "../results/run_files.ts";
import { metricValue } from "../results/summary.ts";
import { diagnosisText } from "../results/diagnosis_text.ts";
import { perplexityText } from "./result_cells.ts";
import { tableLines } from "./table.ts";
import { wrapped } from "./wrapped.ts";

/** The number of words that are listed near each vector. */
const NEAREST = 5;

/** A run with all that is known of it, for the terminal. @param columns the terminal's width, where there is one */
export function runDetailsLines(details: RunDetails, columns: number | undefined): string[] {
  const { experiment, meaning, files } = details;
  const { description } = experiment;
  return [
    ...(description === undefined ? [] : [...wrapped(description.trim(), columns ?? Infinity), ""]),
    ...factLines(details, columns),
    "",
    ...metricLines(details, columns),
    ...warningLines(details, columns),
    ...(meaning === undefined ? [] : ["", ...nearestLines(meaning, columns)]),
    "",
    ...fileLines(files, columns),
  ];
}

/** Why it may not have learned what it could. */
function warningLines({ metrics: { warnings = [] } }: RunDetails, columns: number | undefined): string[] {
  return warnings.flatMap((warning) => wrapped(`warning: ${diagnosisText(warning).en}`, columns ?? Infinity));
}

/** What a run was of. */
function factLines({ experiment, environment, metrics }: RunDetails, columns: number | undefined): string[] {
  const { model, dataset, device, seed } = environment;
  const sizes = Object.entries<ClassSizes>({ ...dataset.classes })
    .map(([part, counts]) => `${Object.values(counts).reduce((sum, one) => sum + one, 0)} ${part}`);
  const { parameters } = metrics;
  const facts: (readonly [string, string])[] = [
    ["model", `${model.source}, ${model.file}${model.revision === undefined ? "" : ` at ${model.revision}`}`],
    ["data", [dataset.name, ...sizes].join(", ")],
    ["prompt", promptText(experiment)],
    ["template", templateText(experiment)],
    ...(experiment.answer === undefined ? [] : [["answer", keysText(experiment.answer)] as const]),
    ...Object.entries(experiment.verbalizer ?? {})
      .map(([name, words]) => [`class ${name}`, [words].flat().join(", ")] as const),
    ...(experiment.training === undefined ? [] : [["tuning", tuningText(experiment.training)] as const]),
    ...(parameters === undefined
      ? []
      : [["trained", `${parameters.trained} of ${parameters.of_model} parameters`] as const]),
    ["device", device.description],
    ["seed", String(seed)],
    ["seconds", `${metrics.seconds.toFixed(1)}, best step ${metrics.best_step}`],
    ...speedFacts(environment),
    ["softprompt", `${environment.softprompt}, Deno ${environment.deno}, ${environment.platform}`],
    ...(environment.git_commit === null
      ? []
      : [["commit", `${environment.git_commit}${environment.git_dirty ? ", changed since" : ""}`] as const]),
  ];
  return tableLines(["about", "this run"], facts, columns);
}

/** What it took: memory, and tokens a second. */
function speedFacts(
  { peak_memory_bytes: memory, tokens_per_second: speed }: RunDetails["environment"],
): (readonly [string, string])[] {
  return [
    ...(speed === undefined ? [] : [["tokens a second", String(Math.round(speed))] as const]),
    ...(memory === undefined ? [] : [["peak memory", sizeText(memory)] as const]),
  ];
}

function promptText({ prompt, tune }: Experiment): string {
  const ofModel = tune === "all" ? "; the whole model is tuned" : "";
  if (prompt.kind === "hard") return `hard${ofModel}`;
  const { length, insertion, initialization: { from } } = prompt;
  return `soft, ${counted(length, "vector")} at ${insertion}, started from ${from}${ofModel}`;
}

function templateText({ prompt: { template } }: Experiment): string {
  return typeof template === "string" ? template : JSON.stringify(template);
}

/** Keys with their values, as an experiment file has them. */
function keysText(keys: object): string {
  return Object.entries(keys).map(([key, value]) => `${key}: ${value}`).join(", ");
}

function tuningText(
  { optimizer: { name, learningRate }, batchSize, epochs, steps }: NonNullable<Experiment["training"]>,
): string {
  const length = steps === undefined ? counted(epochs, "epoch") : counted(steps, "step");
  return `${name}, learning rate ${learningRate}, batches of ${batchSize}, ${length}`;
}

/** The metrics of each part of the data, with their intervals. */
function metricLines({ metrics }: RunDetails, columns: number | undefined): string[] {
  const parts = <Part>(
    test: Part,
    validation: Part | undefined,
    transfer: Readonly<Record<string, Part>> = {},
  ) => Object.entries({ test, ...(validation !== undefined && { validation }), ...transfer });
  if (areOfTexts(metrics)) {
    const all = parts(metrics.test, metrics.validation, metrics.transfer);
    return partLines(all.map(([name, part]) => [name, part.examples, textValues(part)]), columns);
  }
  const all = parts(metrics.test, metrics.validation, metrics.transfer);
  return partLines(all.map(([name, part]) => [name, part.examples, classValues(part)]), columns);
}

/** A table with a column for each part, and a row for each metric. */
function partLines(
  parts: readonly (readonly [name: string, examples: number, values: ReadonlyMap<string, string>])[],
  columns: number | undefined,
): string[] {
  const names = [...new Set(parts.flatMap(([, , values]) => [...values.keys()]))];
  return tableLines(
    ["metric", ...parts.map(([name]) => name)],
    [
      ["examples", ...parts.map(([, examples]) => String(examples))],
      ...names.map((name) => [name, ...parts.map(([, , values]) => values.get(name) ?? "")]),
    ],
    columns,
  );
}

function classValues(part: PartMetrics): Map<string, string> {
  const [low, high] = part.accuracy.interval;
  return new Map(METRICS.flatMap((metric) => {
    const value = metricValue(part, metric);
    if (value === undefined) return [];
    const interval = metric === "accuracy" ? ` (${percent(low)} to ${percent(high)})` : "";
    return [[METRIC_NAMES[metric], `${metricText(metric, value)}${interval}`]];
  }));
}

function textValues(
  { accuracy, macro_f1, illegal_rate, exact_match, token_f1, rouge_l, loss, perplexity }: TextPartMetrics,
): Map<string, string> {
  const { value, interval } = perplexity;
  const ends = interval === null ? "" : ` (${interval.map(perplexityText).join(" to ")})`;
  const share = (name: TextMetricName, estimate: TextPartMetrics["accuracy"]) => {
    if (estimate === undefined) return [];
    const own = `${percent(estimate.value)} (${estimate.interval.map(percent).join(" to ")})`;
    return [[TEXT_METRIC_NAMES[name], own] as const];
  };
  const number = (name: TextMetricName, one: number | undefined) =>
    one === undefined ? [] : [[TEXT_METRIC_NAMES[name], textMetricText(name, one)] as const];
  return new Map([
    ...share("accuracy", accuracy),
    ...number("macro_f1", macro_f1),
    ...share("exact_match", exact_match),
    ...share("token_f1", token_f1),
    ...share("rouge_l", rouge_l),
    ...number("illegal_rate", illegal_rate),
    ...number("loss", loss),
    ["perplexity", `${perplexityText(value)}${ends}`] as const,
  ]);
}

/** The words near each vector of a prompt, as the model's vocabulary has them. */
function nearestLines({ vectors }: NeighboursFile, columns: number | undefined): string[] {
  return tableLines(
    ["vector", "started as", "nearest words (cosine)"],
    vectors.map(({ vector, initial_token = "", nearest }) => [
      String(vector),
      initial_token,
      nearest.slice(0, NEAREST).map(({ token, cosine }) => `${token} ${cosine.toFixed(2)}`).join(", "),
    ]),
    columns,
  );
}

/** The files of a run, with their sizes. */
export function fileLines(files: readonly RunFileSize[], columns: number | undefined): string[] {
  return tableLines(["file", "size"], files.map(({ name, bytes }) => [name, sizeText(bytes)]), columns);
}
