/// <reference lib="dom" />
import type { Answer, Question } from "./compare_script.ts";
import type { Compared, NamedRuns } from "./compare_runs.ts";
import { loadScript } from "./load_script.ts";

/** The script that compares, in a worker or in the page. */
const SCRIPT = "./compare.js";

declare global {
  /** Answers in the page, once the script is loaded there. */
  var softpromptAnswer: ((question: Question) => Answer) | undefined;
}

/**
 * Compares two selections beside the page, which stays usable. Browsers start no worker for a page that is opened from a disk: it
 * compares them itself.
 *
 * @param signal aborts when nobody waits for the answer any more
 * @throws {Error} where they cannot be compared, with the reason
 */
export async function askComparison(a: NamedRuns, b: NamedRuns, signal: AbortSignal): Promise<Compared> {
  signal.throwIfAborted();
  const answer = await (location.protocol === "file:" ? answerHere({ a, b }) : askWorker({ a, b }, signal));
  if ("reason" in answer) throw new Error(answer.reason);
  return answer.compared;
}

async function answerHere(question: Question): Promise<Answer> {
  if (globalThis.softpromptAnswer === undefined) await loadScript(SCRIPT);
  if (globalThis.softpromptAnswer === undefined) throw new Error(SCRIPT);
  return globalThis.softpromptAnswer(question);
}

async function askWorker(question: Question, signal: AbortSignal): Promise<Answer> {
  const worker = new Worker(SCRIPT);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      worker.postMessage(question);
    });
  } finally {
    worker.terminate();
  }
}
