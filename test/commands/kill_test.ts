import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { equal } from "@std/assert/equal";
import { dirname, join } from "@std/path";
import { RandomStream } from "../../src/base/random_stream.ts";
import { type StoppedCall, stoppingAfter } from "../disk/stopping_disk.ts";
import { shared, sharedTest } from "../shared.ts";
import { madeUpRun } from "../diff/runs.ts";
import { writeRecord } from "../results/write_record.ts";
import { writeSmallModel } from "./small_model.ts";
import { call, type Called, exists, inFolder, writeExperiment } from "./softprompt.ts";

/** Kills of each kind of run. */
const KILLS = 4;

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
const SEEDS = { sweep: { seed: [0, 1] } };

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
  "a run whose classes are texts": {
    verb: ["run"],
    changes: {
      training: { ...TRAINING, earlyStopping: { metric: "perplexity", patience: 1 } },
      answer: { kind: "text" },
      verbalizer: { negative: ["very bad"], positive: ["good"] },
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
      for (let kill = 0; kill < KILLS; kill++) {
        const results = `killed-${kill}`;
        const at = Math.floor(stream.uniform(kill / KILLS, (kill + 1) / KILLS) * whole.changes);
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

Deno.test("a run of a changed experiment, killed at random moments, leaves the earlier one whole, which then is in the history", () =>
  inFolder(async (folder) => {
    const results = join(folder, "results");
    const history = join(results, ".history/small");
    const args = (file: string) => ["run", file, "--results", results];
    const earlier = async () => {
      const file = await writeExperiment(folder, { training: { ...TRAINING, epochs: 1 } });
      assertEquals((await call(args(file))).code, 0);
      return await contents(join(results, "small"));
    };
    await earlier();
    const file = await writeExperiment(folder, { training: TRAINING });
    const { changes } = await killedAfter(Infinity, args(file));
    const stream = new RandomStream(0, "history");
    for (let kill = 0; kill < KILLS; kill++) {
      await Deno.remove(results, { recursive: true });
      const before = await earlier();
      await writeExperiment(folder, { training: TRAINING });
      // The folders are moved in the last of the changes.
      const at = kill === 0 ? Math.floor(stream.uniform(0, changes)) : changes + 1 - 3 * kill;
      assert((await killedAfter(at, args(file))).isStopped);
      const kept = await exists(history) ? [...Deno.readDirSync(history)].map(({ name }) => name) : [];
      const places = [
        join(results, "small"),
        join(results, ".small.old"),
        ...kept.map((name) => join(history, name)),
      ];
      const found = await Promise.all(
        places.map(async (place) => await exists(place) ? await contents(place) : undefined),
      );
      assert(found.some((one) => equal(one, before)), `killed after ${at} changes`);
      const again = await killedAfter(Infinity, args(file));
      assertEquals(again.result?.code, 0, again.result?.stderr);
      const [name = "", ...others] = [...Deno.readDirSync(history)].map(({ name }) => name);
      assertEquals(others, []);
      assertEquals(await contents(join(history, name)), before, `killed after ${at} changes`);
    }
  }));

/** The files of a folder, or of where it was moved to when a replacement was stopped halfway. */
async function wholeOf(folder: string, name: string): Promise<Record<string, string>> {
  const place = await exists(folder, name) ? name : `.${name}.old`;
  return await contents(join(folder, place));
}

/**
 * Stops a verb that writes a folder after each of some numbers of changes, and calls it again.
 *
 * @param earlier makes the folder's earlier content
 * @param args writes its new content
 */
async function stopWriting(
  folder: string,
  name: string,
  earlier: () => Promise<unknown>,
  args: readonly string[],
): Promise<void> {
  const place = join(folder, name);
  const done = async () => {
    const { code, stderr } = await call(args);
    assertEquals(code, 0, stderr);
    return await contents(place);
  };
  const newer = await done();
  await Deno.remove(place, { recursive: true });
  await earlier();
  const older = await contents(place);
  const writeOlder = async () => {
    await Deno.remove(place, { recursive: true });
    for (const [path, hex] of Object.entries(older)) {
      await Deno.mkdir(join(place, dirname(path)), { recursive: true });
      await Deno.writeFile(join(place, path), Uint8Array.fromHex(hex));
    }
  };
  const left = [...Deno.readDirSync(folder)].map((entry) => entry.name).toSorted();
  const { changes } = await stoppingAfter(Infinity, "killed", () => call(args));
  assert(changes > 5);
  for (const how of ["killed", "full"] as const) {
    for (let at = 0; at < changes; at += Math.ceil(changes / 8)) {
      await writeOlder();
      const { isStopped, result } = await stoppingAfter(at, how, () => call(args));
      if (!isStopped) continue;
      const found = await wholeOf(folder, name);
      assertEquals(found, equal(found, newer) ? newer : older, `${how} after ${at}`);
      if (how === "full") {
        assertStringIncludes(result!.stderr, "the disk is full, so free some space");
        assertEquals(found, older);
        assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name).toSorted(), left);
      }
      assertEquals(await done(), newer);
    }
  }
}

Deno.test("an export, also on a full disk, leaves the earlier one whole or the new one", () =>
  inFolder(async (folder) => {
    for (const [name, seed] of [["old", 0], ["new", 1]] as const) {
      const training = { batchSize: 8, steps: 2 };
      const file = await writeExperiment(folder, { name, seed, training });
      assertEquals((await call(["run", file, "--results", folder])).code, 0);
    }
    const out = join(folder, "out");
    const args = (run: string) => ["export", join(folder, run), "--format", "onnx", "--out", out];
    await stopWriting(folder, "out", () => call(args("old")), args("new"));
  }));

Deno.test("compiled artifacts, also on a full disk, are the earlier ones or the new ones", () =>
  inFolder(async (folder) => {
    const model = join(folder, "model");
    await writeSmallModel(model);
    const out = join(folder, "out");
    const args = (optimizer: string) => ["compile", "--model", model, "--optimizer", optimizer, "--out", out];
    await stopWriting(folder, "out", () => call(args("sgd")), args("adamw"));
  }));

Deno.test("a page of runs, also on a full disk, is the earlier one or the new one", () =>
  inFolder(async (folder) => {
    for (const seed of [0, 1]) {
      await writeRecord(join(folder, `run-${seed}`), madeUpRun({ good: [0.1, 0.9], seed }));
    }
    const page = join(folder, "page.html");
    const write = (seed: number) => call(["report", join(folder, `run-${seed}`), "--out", page]);
    const whole = async (seed: number) => {
      const { code, stderr } = await write(seed);
      assertEquals(code, 0, stderr);
      return await Deno.readTextFile(page);
    };
    const newer = await whole(1);
    const older = await whole(0);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    const { changes } = await stoppingAfter(Infinity, "killed", () => write(1));
    assert(changes > 2, `${changes} changes`);
    for (const how of ["killed", "full"] as const) {
      for (let at = 0; at < changes; at++) {
        await whole(0);
        const { isStopped, result } = await stoppingAfter(at, how, () => write(1));
        const found = await Deno.readTextFile(page);
        assert(found === older || found === newer, `${how} after ${at}`);
        if (how === "full" && isStopped) {
          assertStringIncludes(result!.stderr, "the disk is full, so free some space");
          assertEquals(found, older);
        }
        assertEquals(await whole(1), newer);
        assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), left);
      }
    }
  }));

sharedTest(
  "data, also on a full disk, are the earlier files or the new ones",
  () =>
    inFolder(async (folder) => {
      const earlier = async () => {
        await Deno.mkdir(join(folder, "rt-polarity"), { recursive: true });
        for (const name of ["rt-polarity.neg", "rt-polarity.pos"]) {
          await Deno.writeTextFile(join(folder, "rt-polarity", name), "an earlier version");
        }
      };
      const args = ["data", "rt-polarity", "--from", shared("data"), "--to", folder];
      await stopWriting(folder, "rt-polarity", earlier, args);
    }),
);

Deno.test("a prediction that was killed answers the same when it is asked again", () =>
  inFolder(async (folder) => {
    const file = await writeExperiment(folder, { training: { batchSize: 8, steps: 2 } });
    assertEquals((await call(["run", file, "--results", folder])).code, 0);
    const args = (
      results: string,
    ) => ["predict", join(folder, "small"), "a joy", "--results", join(folder, results)];
    const whole = await stoppingAfter(Infinity, "killed", () => call(args("whole")));
    for (let at = 0; at < whole.changes; at += Math.ceil(whole.changes / 8)) {
      await stoppingAfter(at, "killed", () => call(args(`cut-${at}`)));
      const again = await call(args(`cut-${at}`));
      assertEquals([again.code, again.stdout], [0, whole.result!.stdout], again.stderr);
    }
  }));
