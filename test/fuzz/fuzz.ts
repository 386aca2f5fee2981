// deno-lint-ignore-file no-console
/**
 * Reads damaged copies of every kind of file, always the same ones for a seed, and counts what comes of them. Whatever is no
 * result and no error of the project's own is printed, with the number that gives the same copy again; then it ends with exit
 * code 1.
 *
 *   deno task fuzz [--seconds 120] [--seed 0] [--only TARGET]
 *
 * @module
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { parseArgs } from "node:util";
import type { Outcome } from "./target.ts";
import { TARGETS } from "./targets.ts";

/** A copy that takes longer hangs, in milliseconds; so does a worker that takes as many times longer to start. */
const LONGEST = 10_000;
const START = 12;

/** The heap that a copy may take, in MiB. */
const HEAP = 1024;

/** The numbers of two seeds are so far apart. */
const APART = 1_000_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "120" },
    seed: { type: "string", default: "0" },
    only: { type: "string" },
  },
});
const wanted = [...TARGETS.keys()].filter((name) => values.only === undefined || values.only === name);
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (wanted.length === 0 || !(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error(
    `--only is one of ${[...TARGETS.keys()].join(", ")}; --seconds and --seed are numbers`,
  );
  Deno.exit(2);
}
let faults = 0;
for (const name of wanted) {
  const counts = new Map<string, number>();
  for await (const { number, what, result, fault } of outcomes(name, 1000 * seconds / wanted.length)) {
    counts.set(result, (counts.get(result) ?? 0) + 1);
    if (fault === undefined) continue;
    faults++;
    console.log(`${name} ${number} (${what})\n${fault}\n`);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${name}: ${total} (${[...counts].map((entry) => entry.join(": ")).join(", ")})`);
}
Deno.exit(faults === 0 ? 0 : 1);

/** What comes of the copies of one kind of file, for a time in milliseconds. @param name of its target */
async function* outcomes(
  name: string,
  time: number,
): AsyncGenerator<Outcome & { readonly number: number }> {
  const end = Date.now() + time;
  let number = APART * seed;
  while (Date.now() < end) {
    for await (const outcome of outcomesFrom(name, number, end)) yield { ...outcome, number: number++ };
  }
}

/** The same of one worker, up to the copy that ends it. */
async function* outcomesFrom(name: string, first: number, end: number): AsyncGenerator<Outcome> {
  const worker = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", `--v8-flags=--max-old-space-size=${HEAP}`]
      .concat([new URL("fuzz_worker.ts", import.meta.url).pathname, name, String(first)]),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const byLine: TransformStream<string, string> = new TextLineStream();
  const text = worker.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(byLine);
  const lines: AsyncIterator<string> = text[Symbol.asyncIterator]();
  let patience = START * LONGEST;
  try {
    while (Date.now() < end) {
      const line = await within(lines.next(), patience);
      if (line === undefined) {
        return yield { what: "", result: "hang", fault: `nothing came of it in ${patience} ms` };
      }
      if (line.done) {
        return yield { what: "", result: "ended", fault: "it ended the program, or took too much memory" };
      }
      const outcome: Outcome | "ready" = JSON.parse(line.value);
      patience = LONGEST;
      if (outcome !== "ready") yield outcome;
    }
  } finally {
    worker.kill("SIGKILL");
    await worker.status;
  }
}

/** What a promise gives; `undefined` where that takes too long. */
async function within<Result>(promise: Promise<Result>, time: number): Promise<Result | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), time);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
