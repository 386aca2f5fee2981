import { InputError } from "../base/errors.ts";
import { promptLength } from "../experiment/prompt_vectors.ts";
import type { Experiment } from "../experiment/types.ts";
import { type AnyAbout, readAnyAbout } from "./read_run.ts";
import { runFolders } from "./run_folders.ts";

/** The speed of a complete run. */
export interface Throughput {
  readonly modelSha256: string;
  /** As the experiment names it. */
  readonly device: Experiment["device"];
  /** The number of prompt vectors; 0: a hard prompt. */
  readonly length: number;
  /** Training examples per second, including validations; for a hard prompt, examples classified per second. */
  readonly examplesPerSecond: number;
  /** The time for everything else: opening, classifying, writing. */
  readonly otherSeconds: number;
}

/** The speeds of the complete runs in a results folder; unreadable ones are skipped. */
export async function earlierRuns(results: string): Promise<Throughput[]> {
  const found: Throughput[] = [];
  for (const path of await runFolders(results)) {
    const run = await readAnyAbout(path).catch((error) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    for (const one of run === undefined ? [] : throughputOf(run)) found.push(one);
  }
  return found;
}

/** Empty where a run took no measurable time. */
function throughputOf({ experiment, metrics, environment }: AnyAbout): Throughput[] {
  if (metrics.examples_per_second === null) return [];
  return [{
    modelSha256: environment.model.sha256,
    device: experiment.device,
    length: promptLength(experiment.prompt),
    examplesPerSecond: metrics.examples_per_second,
    otherSeconds: Math.max(0, environment.seconds.wall - metrics.seconds),
  }];
}

/** The estimates made from some runs, by what they depend on: thousands of runs of a sweep have the same. */
const made = new WeakMap<readonly Throughput[], Map<string, number | undefined>>();

/**
 * Estimates the time of a run from the complete runs of the same model on the same device whose prompt is nearest in length.
 *
 * @param run the run to estimate: prompt vectors (0: hard), examples that it trains on or, for a hard prompt, classifies
 * @returns seconds; `undefined` where there are no such runs
 */
export function estimateSeconds(
  run: Pick<Throughput, "modelSha256" | "device" | "length"> & { readonly examples: number },
  earlier: readonly Throughput[],
): number | undefined {
  const { modelSha256, device, length, examples } = run;
  const key = JSON.stringify([modelSha256, device, length, examples]);
  const known = made.get(earlier) ?? new Map<string, number | undefined>();
  made.set(earlier, known);
  if (!known.has(key)) known.set(key, newEstimate(run, earlier));
  return known.get(key);
}

function newEstimate(
  run: Parameters<typeof estimateSeconds>[0],
  earlier: readonly Throughput[],
): number | undefined {
  const alike = earlier.filter(({ modelSha256, device, length }) =>
    modelSha256 === run.modelSha256 && device === run.device && (length === 0) === (run.length === 0)
  );
  const distance = ({ length }: Throughput) => Math.abs(length - run.length);
  const nearest = alike.reduce((least, one) => Math.min(least, distance(one)), Infinity);
  const seconds = alike.filter((one) => distance(one) === nearest)
    .map(({ examplesPerSecond, otherSeconds }) => run.examples / examplesPerSecond + otherSeconds)
    .sort((a, b) => a - b);
  return seconds[Math.floor(seconds.length / 2)];
}
