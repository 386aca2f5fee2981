import { maxSorted, mean, sampleStandardDeviation } from "simple-statistics";
import type { Vote } from "../experiment/types.ts";

/** `ensemble.json`: an ensemble beside the prompts that it is made of, by their accuracies on the test set (Lester et al. 2021, table 3). */
export interface EnsembleFile {
  readonly vote: Vote;
  /** Each prompt's run, relative to this folder, its accuracy alone, and its file's SHA-256, which earlier programs did not write. */
  readonly members: readonly {
    readonly run: string;
    readonly accuracy: number;
    readonly prompt_sha256?: string;
  }[];
  /** Of the members alone. */
  readonly average: number;
  readonly sd: number;
  readonly best: number;
  /** Of all together. */
  readonly ensemble: number;
}

/** Sums an ensemble up. */
export function ensembleFile(
  vote: Vote,
  members: EnsembleFile["members"],
  ensemble: number,
): EnsembleFile {
  const accuracies = members.map(({ accuracy }) => accuracy);
  return {
    vote,
    members,
    average: mean(accuracies),
    sd: sampleStandardDeviation(accuracies),
    best: maxSorted(accuracies.toSorted((a, b) => a - b)),
    ensemble,
  };
}
