import { join } from "@std/path";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";

/** What made-up results are like. */
export interface MadeUpResults {
  /** The sweeps, each of which is a folder. */
  readonly sweeps: readonly string[];
  readonly lengths: readonly number[];
  readonly seeds: readonly number[];
  /** The number of test examples of each run. */
  readonly examples: number;
}

/** Writes runs of sweeps over prompt lengths and seeds into a folder: the longer the prompt, the more of their predictions are right. */
export async function writeMadeUpResults(
  folder: string,
  { sweeps, lengths, seeds, examples }: MadeUpResults,
): Promise<void> {
  for (const [s, sweep] of sweeps.entries()) {
    for (const length of lengths) {
      for (const seed of seeds) {
        const good = Array.from({ length: examples }, (_, i) => {
          const isRight = share(i, seed, length, s) < 0.55 + 0.06 * Math.log2(length);
          const sureness = 0.55 + 0.4 * share(seed, i, s, length);
          return isRight === (i % 2 === 1) ? sureness : 1 - sureness;
        });
        const run = madeUpRun({
          good,
          seed,
          length,
          change: (one, i) => ({
            ...one,
            text: `review ${i}: ${i % 2 === 1 ? "a joy to watch" : "a dull mess"}`,
          }),
        });
        const time = new Date(Date.UTC(2026, 0, 1 + s, length % 24, seed)).toISOString();
        const path: string = join(folder, sweep, `length=${length},seed=${seed}`);
        await writeRecord(path, { ...run, environment: { ...run.environment, time } });
        await Deno.writeTextFile(join(path, "history.jsonl"), historyText(length, seed));
      }
    }
  }
}

/** A number from 0 to 1 that whole numbers stand for, without an order that one could see. */
function share(...numbers: readonly number[]): number {
  const sum = numbers.reduce(
    (sum, number, i) => sum + (number + 1) * [12.9898, 78.233, 37.719, 4.581][i]!,
    0,
  );
  return (Math.abs(Math.sin(sum)) * 43758.5453) % 1;
}

/** The lines that a run logs. */
function historyText(length: number, seed: number): string {
  return Array.from({ length: 20 }, (_, i) => {
    const step = (i + 1) * 5;
    const loss = 0.3 + 0.5 * Math.exp(-step * length / 900) + 0.02 * Math.sin(step + seed);
    const validation = { accuracy: 1 - loss / 2, loss: loss + 0.05 };
    const line = { step, epoch: 1 + Math.floor(i / 4), loss, learning_rate: 0.03, gradient_norm: 1 };
    return `${JSON.stringify(i % 4 === 3 ? { ...line, validation } : line)}\n`;
  }).join("");
}
