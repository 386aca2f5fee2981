import { sha256OfJson } from "../base/sha256.ts";
import { readWrittenClasses } from "../experiment/read_written.ts";
import type { RunRecord } from "./read_run.ts";
import type { PackedRun, PackedRuns } from "./run_files.ts";

/** A test example without its prediction. */
type BareExample = readonly [id: string, textSha256: string, text: string, label: string];

/** Packs runs by name. @param unfinished the folders of those that are not complete */
export function packRuns(
  runs: ReadonlyMap<string, RunRecord>,
  unfinished: readonly string[] = [],
): PackedRuns {
  const testSets = new Map<string, { at: number; examples: BareExample[] }>();
  const packed = [...runs].map(([name, { experiment, metrics, environment, predictions }]): PackedRun => {
    const examples = predictions.map((
      { id, text_sha256, text, label },
    ): BareExample => [id, text_sha256, text, label]);
    const key = sha256OfJson(examples);
    const { at } = testSets.get(key) ?? { at: testSets.size };
    testSets.set(key, { at, examples });
    const classes = Object.keys(predictions[0]?.probabilities ?? {});
    return {
      name,
      experiment: { ...experiment },
      metrics,
      environment,
      testSet: at,
      classes,
      predictions: predictions.map(({ predicted, illegal, probabilities }) => [
        classes.indexOf(predicted),
        Number(illegal ?? false),
        ...classes.map((one) => probabilities[one]!),
      ]),
    };
  });
  return {
    testSets: [...testSets.values()].map(({ examples }) => examples),
    runs: packed,
    ...(unfinished.length > 0 && { unfinished }),
  };
}

/**
 * Unpacks runs, by name.
 *
 * @throws {RangeError} where two runs have one name, a run's experiment is invalid, or its predictions are not those of its test
 *   set
 */
export function unpackRuns({ testSets, runs }: PackedRuns): Map<string, RunRecord> {
  const unpacked = new Map(
    runs.map(({ name, experiment, metrics, environment, testSet, classes, predictions }) => [name, {
      experiment: readWrittenClasses(experiment),
      metrics,
      environment,
      predictions: examplesOf(testSets[testSet], predictions).map(([id, text_sha256, text, label], i) => {
        const [predicted, illegal, ...probabilities] = predictions[i]!;
        return {
          id,
          text_sha256,
          text,
          label,
          predicted: classes[predicted!]!,
          probabilities: Object.fromEntries(classes.map((one, c) => [one, probabilities[c]!])),
          ...(metrics.test.illegal_rate !== undefined && { illegal: illegal === 1 }),
        };
      }),
    }]),
  );
  if (unpacked.size < runs.length) throw new RangeError("two of its runs have the same name");
  return unpacked;
}

/** The examples of a test set, of which a run has as many predictions. */
function examplesOf(
  examples: readonly BareExample[] | undefined,
  predictions: readonly unknown[],
): readonly BareExample[] {
  if (examples?.length === predictions.length) return examples;
  throw new RangeError(
    `a run has ${predictions.length} predictions for ${examples?.length ?? "no"} test examples`,
  );
}
