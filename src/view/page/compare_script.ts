/// <reference lib="dom" />
/**
 * What compares for the page of `view`, a script of its own, so that the page begins without the statistics: in a worker, or in a page
 * that is opened from a disk.
 *
 * @module
 */
import { thrownMessage } from "../../base/errors.ts";
import { type Compared, compareRuns, type NamedRuns } from "./compare_runs.ts";

/** The two selections that are compared. */
export interface Question {
  readonly a: NamedRuns;
  readonly b: NamedRuns;
}

/** What differs, or why they cannot be compared. */
export type Answer = { readonly compared: Compared } | { readonly reason: string };

function answerTo({ a, b }: Question): Answer {
  try {
    return { compared: compareRuns(a, b) };
  } catch (error) {
    return { reason: thrownMessage(error) };
  }
}

if (typeof document === "undefined") {
  addEventListener("message", ({ data }: MessageEvent<Question>) => postMessage(answerTo(data)));
} else globalThis.softpromptAnswer = answerTo;
