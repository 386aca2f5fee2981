/**
 * What the page of `view` is sent, as JSON: the index of all runs, and of one run what it is and what it predicted.
 *
 * @module
 */
import type { ComparedTextRun } from "../diff/text_run.ts";
import type { RunRecord } from "../results/read_run.ts";
import type { NeighboursFile } from "../results/run_files.ts";
import type { RunState } from "../results/run_states.ts";
import type { HistoryLine } from "../training/training_files.ts";

/** A run in the table. */
export interface RunRow {
  /** What its other data are asked for by. */
  readonly key: string;
  /** The path of its place from the folder; of the folder's own run, the folder's last name. */
  readonly name: string;
  /** Its folder, as the command line would name it, with slashes. */
  readonly folder: string;
  readonly state: RunState;
  /** When it ended, or was last written (RFC 3339). */
  readonly time: string | null;
  readonly seed: number | null;
  /** The metric that stands for it; absent of a run that is not complete. */
  readonly headline?: {
    readonly metric: string;
    /** `null` for one that is larger than any number. */
    readonly value: number | null;
    readonly interval: readonly number[] | null;
    readonly isHigherBetter: boolean;
  };
  /** The mean loss on the test set. */
  readonly loss: number | null;
  /** How long it took. */
  readonly seconds: number | null;
  readonly model: string;
  readonly dataset: string;
  readonly device: string;
  /** The last step that a run that is not complete has logged. */
  readonly step?: number;
  /** Why it failed, or what is wrong with its files. */
  readonly problem?: string;
  /** What somebody has noted on it; empty where there is nothing. */
  readonly note: string;
  /** The baselines that were made of it, by their names. */
  readonly baselines: readonly string[];
}

/** All runs in a folder. */
export interface ViewIndex {
  /** The folder, as the command line named it. */
  readonly folder: string;
  /** By which the page proves that it was served by the program that it asks to write; absent in an exported site. */
  readonly token?: string;
  readonly rows: readonly RunRow[];
  /** What could not be read besides runs: a note, a baseline. */
  readonly troubles: readonly string[];
}

/** What the page asks the server to write, of the run with a key. */
export type AskedWrite =
  /** A note, in the place of the one that the page shows. */
  | { readonly key: string; readonly note: string; readonly before: string }
  /** That the run becomes the baseline. */
  | { readonly key: string }
  /** That a baseline that was made of it is removed, by its name. */
  | { readonly key: string; readonly remove: string };

/** What a run is and how it was tuned, without its predictions. */
export interface RunAboutView {
  /** The text of its experiment file; empty where that cannot be read. */
  readonly experiment: string;
  /** Empty where nothing was tuned, or nothing is logged yet. */
  readonly history: readonly HistoryLine[];
  /** What its vectors are near; absent where it has none of its own. */
  readonly meaning?: NeighboursFile;
  /** Its metrics as they are in its file; absent of a run that is not complete. */
  readonly metrics?: unknown;
  /** Whether it has written a report. */
  readonly hasReport: boolean;
}

/** A complete run with its predictions, as it is compared. */
export type ComparedRun =
  | { readonly kind: "classes"; readonly run: RunRecord }
  | { readonly kind: "texts"; readonly run: ComparedTextRun };

/** A run's predictions, or why there are none to compare. */
export type ComparedRunOrReason = ComparedRun | { readonly kind: "none"; readonly reason: string };
