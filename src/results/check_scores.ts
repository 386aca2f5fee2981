import type {
  MetricsFile,
  PartMetrics,
  SamplePrediction,
  TextMetricsFile,
  TextPartMetrics,
  TextPrediction,
} from "./run_files.ts";

/**
 * What a schema cannot express about `metrics.json`: that each part's classes are those of the run, its confusion matrix is
 * square and counts each example once, and every class has its metrics.
 *
 * @param classes of the run's experiment; left out where it is not known: then each part must be consistent in itself
 * @returns what is wrong; `undefined` where nothing is
 */
export function metricsFault(metrics: MetricsFile, classes?: readonly string[]): string | undefined {
  const { test, validation, transfer = {}, calibration } = metrics;
  const parts: readonly (readonly [string, PartMetrics | undefined])[] = [
    ["test", test],
    ["validation", validation],
    ...Object.entries(transfer).map(([name, part]) => [`transfer.${name}`, part] as const),
    ["calibration.before.test", calibration?.before.test],
    ["calibration.before.validation", calibration?.before.validation],
  ];
  for (const [name, part] of parts) {
    const fault = part && partFault(part, classes ?? part.confusion.classes);
    if (fault !== undefined) return `'${name}.${fault}`;
  }
  return undefined;
}

/**
 * The same about metrics of generated texts, whose parts have the metrics of classes where these are chosen by the text, and only there.
 *
 * @param classes of the run's experiment; none where texts are free
 */
export function textMetricsFault(metrics: TextMetricsFile, classes: readonly string[]): string | undefined {
  const { test, validation, transfer = {} } = metrics;
  const parts: readonly (readonly [string, TextPartMetrics | undefined])[] = [
    ["test", test],
    ["validation", validation],
    ...Object.entries(transfer).map(([name, part]) => [`transfer.${name}`, part] as const),
  ];
  for (const [name, part] of parts) {
    const fault = part && textPartFault(part, classes);
    if (fault !== undefined) return `'${name}.${fault}`;
  }
  return undefined;
}

function textPartFault(part: TextPartMetrics, classes: readonly string[]): string | undefined {
  const { examples, accuracy, macro_f1, per_class, confusion, illegal_rate } = part;
  const found = Object.entries({ accuracy, macro_f1, per_class, confusion, illegal_rate });
  const wrong = found.find(([, value]) => (value === undefined) === (classes.length > 0));
  if (wrong !== undefined) {
    const [name, value] = wrong;
    return `${name}' is ${value === undefined ? "missing" : "there"}, and the run has ${
      classes.length === 0 ? "no classes" : `the classes ${list(classes)}`
    }`;
  }
  if (per_class === undefined || confusion === undefined || illegal_rate === undefined) return undefined;
  const legal = examples - Math.round(illegal_rate * examples);
  return partFault({ examples: legal, per_class, confusion }, classes);
}

function partFault(
  { examples, per_class, confusion }: Pick<PartMetrics, "examples" | "per_class" | "confusion">,
  classes: readonly string[],
): string | undefined {
  const expected = `and the classes are ${list(classes)}`;
  if (!isSame(confusion.classes, classes)) {
    return `confusion.classes' is ${list(confusion.classes)}, ${expected}`;
  }
  const { counts } = confusion;
  if (counts.length !== classes.length || counts.some((row) => row.length !== classes.length)) {
    return `confusion.counts' is ${JSON.stringify(counts)}, ${expected}`;
  }
  const counted = counts.flat().reduce((sum, count) => sum + count, 0);
  if (counted !== examples) return `confusion.counts' adds up to ${counted}, and 'examples' is ${examples}`;
  const measured = Object.keys(per_class);
  return isSame(measured.toSorted(), classes.toSorted())
    ? undefined
    : `per_class' has ${list(measured)}, ${expected}`;
}

/**
 * What a schema cannot express about a prediction, of a test example or a sentence of the experiment: that it names classes of its run, and has the probability of each.
 *
 * @returns what is wrong; `undefined` where nothing is
 */
export function predictionFault(
  prediction: SamplePrediction,
  classes: readonly string[],
): string | undefined {
  for (const key of ["label", "predicted"] as const) {
    const named = prediction[key];
    if (named !== undefined && !classes.includes(named)) {
      return `'${key}' is ${JSON.stringify(named)}, which is not a class of the run (${list(classes)})`;
    }
  }
  const scored = Object.keys(prediction.probabilities);
  return isSame(scored.toSorted(), classes.toSorted())
    ? undefined
    : `'probabilities' has ${list(scored)}, and the classes are ${list(classes)}`;
}

/**
 * The same about the prediction of a generated text: it names classes of its run where these are chosen by the text, and only there.
 *
 * @param classes of the run's experiment; none where texts are free
 */
export function textPredictionFault(
  { label, predicted }: Pick<TextPrediction, "label" | "predicted">,
  classes: readonly string[],
): string | undefined {
  const named = Object.entries({ label, predicted: predicted === null ? classes[0] : predicted });
  for (const [key, value] of named) {
    const isRight = classes.length === 0
      ? value === undefined
      : value !== undefined && classes.includes(value);
    if (isRight) continue;
    return `'${key}' is ${JSON.stringify(value) ?? "missing"}, and the run's classes are ${list(classes)}`;
  }
  return undefined;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "empty" : names.join(", ");
}
