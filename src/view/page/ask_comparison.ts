/// <reference lib="dom" />
import { thrownMessage } from "../../base/errors.ts";
import { type Compared, compareRuns, type NamedRuns } from "./compare_runs.ts";

/** The two selections that a worker compares. */
interface Question {
  readonly a: NamedRuns;
  readonly b: NamedRuns;
}

/** What a worker answers. */
type Answer = { readonly compared: Compared } | { readonly reason: string };

/** The script of this page, which a worker runs, too. */
const script = typeof document === "undefined" ? undefined : document.currentScript?.getAttribute("src");

/**
 * Compares two selections beside the page, which stays usable. Browsers start no worker for a page that is opened from a disk: it
 * compares them itself.
 *
 * @throws {Error} where they cannot be compared, with the reason
 */
export async function askComparison(a: NamedRuns, b: NamedRuns): Promise<Compared> {
  if (location.protocol === "file:" || !script) return compareRuns(a, b);
  const worker = new Worker(script);
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ a, b } satisfies Question);
    });
    if ("reason" in answer) throw new Error(answer.reason);
    return answer.compared;
  } finally {
    worker.terminate();
  }
}

/** Answers the page, in a worker. */
export function answerComparisons(): void {
  addEventListener("message", ({ data: { a, b } }: MessageEvent<Question>) => {
    postMessage(answerTo(a, b));
  });
}

function answerTo(a: NamedRuns, b: NamedRuns): Answer {
  try {
    return { compared: compareRuns(a, b) };
  } catch (error) {
    return { reason: thrownMessage(error) };
  }
}
