import { sha256OfJson } from "../base/sha256.ts";
import { isGeneratedExperiment } from "../experiment/class_experiment.ts";
import { readWritten } from "../experiment/read_written.ts";
import { textMetricsFault, textPredictionFault } from "./check_scores.ts";
import type { TextRunRecord } from "./read_text_run.ts";
import type { PackedTextRun, PackedTextRuns, TextExample } from "./run_files.ts";

/** Packs runs whose answers are generated, by name. */
export function packTexts(runs: ReadonlyMap<string, TextRunRecord>): PackedTextRuns {
  const testSets = new Map<string, { at: number; examples: TextExample[] }>();
  const packed = [...runs].map(([name, { experiment, metrics, environment, predictions }]): PackedTextRun => {
    const parts = predictions.map(({ id, text_sha256, text, targets, label, ...answer }) => ({
      example: { id, text_sha256, text, targets, ...(label !== undefined && { label }) },
      answer,
    }));
    const examples = parts.map(({ example }) => example);
    const key = sha256OfJson(examples);
    const { at } = testSets.get(key) ?? { at: testSets.size };
    testSets.set(key, { at, examples });
    return {
      name,
      experiment: { ...experiment },
      metrics,
      environment,
      testSet: at,
      predictions: parts.map(({ answer }) => answer),
    };
  });
  return { testSets: [...testSets.values()].map(({ examples }) => examples), runs: packed };
}

/**
 * Unpacks runs, by name.
 *
 * @throws {RangeError} where two runs have one name, a run's experiment is invalid, or its metrics and predictions are not those of
 *   its classes and its test set
 */
export function unpackTexts({ testSets, runs }: PackedTextRuns): Map<string, TextRunRecord> {
  const unpacked = new Map(runs.map((run) => [run.name, unpackedRun(run, testSets[run.testSet] ?? [])]));
  if (unpacked.size < runs.length) throw new RangeError("two of its runs have the same name");
  return unpacked;
}

function unpackedRun(packed: PackedTextRun, examples: readonly TextExample[]): TextRunRecord {
  const { metrics, environment, predictions } = packed;
  const experiment = readWritten(packed.experiment);
  if (!isGeneratedExperiment(experiment)) throw new RangeError("its answers are no generated texts");
  const counts = [predictions.length, examples.length];
  if (counts.some((count) => count !== metrics.test.examples)) {
    throw new RangeError(
      `it has ${counts[0]} predictions and ${
        counts[1]
      } texts of a run with ${metrics.test.examples} test examples`,
    );
  }
  const classes = Object.keys(experiment.verbalizer ?? {});
  const whole = predictions.map((answer, i) => ({ ...examples[i]!, ...answer }));
  const fault = textMetricsFault(metrics, classes) ??
    whole.map((one) => textPredictionFault(one, classes)).find((one) => one !== undefined);
  if (fault !== undefined) throw new RangeError(fault);
  return { experiment, metrics, environment, predictions: whole };
}
