import { join } from "@std/path";
import { maxSorted, mean, sampleStandardDeviation } from "simple-statistics";
import { keptPlace } from "../disk/kept_place.ts";
import type { Vote } from "../experiment/types.ts";
import type { EnsembleFile } from "./run_files.ts";

export type { EnsembleFile } from "./run_files.ts";

/** Summarizes an ensemble. */
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

/** The folders of an ensemble's members. @param folder the ensemble's own */
export function memberFolders(folder: string, members: EnsembleFile["members"]): string[] {
  return members.map(({ run }) => join(keptPlace(folder), run));
}
