import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { type StoppedCall, stoppingAfter } from "../disk/stopping_disk.ts";
import { call, type Called, inFolder, writeExperiment } from "./softprompt.ts";

/** What must be the same bytes, however often a run was killed. */
const SAME = /(^|\/)(predictions.*|history|ensemble)\.jsonl?$|\/(prompt|model)\.safetensors$/;

/** The contents of the files below a folder, by their paths. */
async function contents(folder: string, matching = /./): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (within: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, within))) {
      const path = within === "" ? name : `${within}/${name}`;
      if (isDirectory) await walk(path);
      else if (matching.test(path)) found[path] = (await Deno.readFile(join(folder, path))).toHex();
    }
  };
  await walk("");
  return found;
}

/** Runs a call on a clock that goes on by a second whenever somebody looks: a checkpoint is due every few steps. */
async function onFastClock<Result>(run: () => Promise<Result>): Promise<Result> {
  const real = performance.now;
  let seconds = 0;
  performance.now = () => 1000 * seconds++;
  try {
    return await run();
  } finally {
    performance.now = real;
  }
}

const killedAfter = (changes: number, args: readonly string[]): Promise<StoppedCall<Called>> =>
  onFastClock(() => stoppingAfter(changes, "killed", () => call(args)));

const TRAINING = { batchSize: 4, epochs: 3, logEvery: 3, earlyStopping: { metric: "loss", patience: 1 } };
const SEEDS = { sweep: { seed: [0, 1, 2] } };

/** What is killed: the verb and its flags, and what the experiment says. */
const KILLED: Readonly<Record<string, { verb: readonly string[]; changes: Record<string, unknown> }>> = {
  "a run": { verb: ["run"], changes: { training: TRAINING } },
  "a run with gradient accumulation": {
    verb: ["run"],
    changes: { training: { ...TRAINING, accumulate: 2 } },
  },
  "a run that tunes its model": {
    verb: ["run"],
    changes: {
      training: { ...TRAINING, optimizer: { learningRate: 0.0003 } },
      tune: "all",
      prompt: { kind: "hard", template: "{text} it was {mask} ." },
    },
  },
  "fused runs and their ensemble": {
    verb: ["batch", "--fuse", "on"],
    changes: { training: TRAINING, ensemble: { sweep: "seed" }, ...SEEDS },
  },
};

for (const [what, { verb: [verb, ...flags], changes }] of Object.entries(KILLED)) {
  Deno.test(`${what}: killed at random moments, and called again, ends in the same bytes`, () =>
    inFolder(async (folder) => {
      const file = await writeExperiment(folder, changes);
      const args = (results: string) => [verb!, file, ...flags, "--results", join(folder, results)];
      const whole = await killedAfter(Infinity, args("whole"));
      assertEquals(whole.result?.code, 0, whole.result?.stderr);
      const expected = await contents(join(folder, "whole"), SAME);
      assert(Object.keys(expected).length >= 3, Object.keys(expected).join());
      const stream = new RandomStream(0, what);
      const said: string[] = [];
      for (let kill = 0; kill < 6; kill++) {
        const results = `killed-${kill}`;
        const at = Math.floor(stream.uniform(kill / 6, (kill + 1) / 6) * whole.changes);
        const { isStopped } = await killedAfter(at, args(results));
        assert(isStopped);
        const again = await killedAfter(Infinity, args(results));
        assertEquals(again.result?.code, 0, again.result?.stderr);
        assertEquals(await contents(join(folder, results), SAME), expected, `killed after ${at} changes`);
        said.push(again.result!.stderr);
        await Deno.remove(join(folder, results), { recursive: true });
      }
      assertStringIncludes(said.join("\n"), "resuming after step");
    }));
}
