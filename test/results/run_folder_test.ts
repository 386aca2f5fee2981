import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DiskError } from "../../src/disk/on_disk.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import type { MetricsFile } from "../../src/results/metrics_file.ts";
import { readFinished } from "../../src/results/read_run.ts";
import { RunFolder } from "../../src/results/run_folder.ts";
import type { Checkpoint } from "../../src/training/checkpoint.ts";
import { inFolder } from "../commands/softprompt.ts";
import { contentOf, WHOLE_ENVIRONMENT, wholeMetrics, wholePart } from "./whole_run.ts";

const experiment = parseExperiment(
  `{ name: x, model: { source: m }, dataset: { name: rt-polarity }, verbalizer: { a: [b], c: [d] },
     prompt: { kind: hard, template: "{text} {mask}" } }`,
  "x.yaml",
);
const line = (step: number) => ({ step, epoch: 1, loss: 1, learning_rate: 1, gradient_norm: 1 });
const tensor = float32Tensor(Float32Array.of(1, 2), [2, 1]);
const checkpoint: Checkpoint = {
  step: 2,
  parameters: { prompt: tensor },
  state: { moment: tensor },
  losses: [0.5],
  waited: 1,
  seconds: 3,
};
const exists = (...path: string[]) => Deno.stat(join(...path)).then(() => true, () => false);

const metrics: MetricsFile = {
  ...wholeMetrics(0),
  status: "complete",
  test: { ...wholePart(0), accuracy: { value: 1, interval: [0, 1] } },
};

async function complete(path: string, hash: string): Promise<void> {
  const folder = await RunFolder.begin(path, contentOf(hash), experiment, false);
  await folder.writeJson("environment.json", { ...WHOLE_ENVIRONMENT, content_hash: hash });
  await folder.complete(metrics);
}

Deno.test("results appear in their place only when they are complete", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const folder = await RunFolder.begin(path, contentOf("h"), experiment, false);
    await folder.writeJson("environment.json", WHOLE_ENVIRONMENT);
    assertEquals([await exists(path), await readFinished(path)], [false, undefined]);
    await folder.complete(metrics);
    assertEquals((await readFinished(path))?.contentHash, "h");
    assertEquals(await exists(`${path}.partial`), false);
    assertEquals(await exists(path, "content_hash"), false);
  }));

Deno.test("new results take the place of old ones; variants and files of the user's own in the folder stay", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    await complete(path, "one");
    await complete(join(path, "seed=1"), "variant");
    await Deno.writeTextFile(join(path, "notes.txt"), "mine");
    await Deno.writeTextFile(join(path, "predictions.old.jsonl"), "the run's");
    await complete(path, "two");
    assertEquals(await Deno.readTextFile(join(path, "notes.txt")), "mine");
    assertEquals(await exists(path, "predictions.old.jsonl"), false);
    assertEquals((await readFinished(path))?.contentHash, "two");
    assertEquals((await readFinished(join(path, "seed=1")))?.contentHash, "variant");
  }));

/** What an interrupted run goes on from. */
async function found(path: string, hash = "h") {
  const folder = await RunFolder.begin(path, contentOf(hash), experiment, false);
  const { sound, damage } = await folder.readCheckpoints(true);
  await folder.goOnFrom(sound[0]);
  const steps = (await folder.history()).map(({ step }) => step);
  return { folder, sound: sound.map(({ checkpoint }) => checkpoint), damage, steps };
}

/** A run with checkpoints after its steps 1 and 2, and a line of the history after each of three steps. */
async function interrupted(path: string): Promise<void> {
  const folder = await RunFolder.begin(path, contentOf("h"), experiment, true);
  await folder.goOnFrom(undefined);
  for (const step of [1, 2, 3]) {
    await folder.appendHistory(line(step));
    if (step < 3) await folder.keepCheckpoint({ ...checkpoint, step });
  }
}

Deno.test("a run of the same content resumes from its last checkpoint, with its history truncated to it", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    await interrupted(path);
    const again = await found(path);
    assertEquals([again.sound, again.damage, again.steps], [[checkpoint, { ...checkpoint, step: 1 }], [], [
      1,
      2,
    ]]);
    assertEquals([again.folder.interrupted, again.folder.hasCheckpoint], ["this", true]);
    const other = await found(path, "other");
    assertEquals([other.sound, other.steps, other.folder.interrupted], [[], [], "another"]);
  }));

/** Damages to a file. */
const DAMAGES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "cut": async (path) => await Deno.truncate(path, (await Deno.stat(path)).size - 1),
  "empty": (path) => Deno.truncate(path, 0),
  "a folder": async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
  },
  "a pipe": async (path) => {
    await Deno.remove(path);
    await new Deno.Command("mkfifo", { args: [path] }).output();
  },
};

Deno.test("a damaged checkpoint is not resumed from, but the one before it, and that is reported", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const [last, before] = ["checkpoint.safetensors", "checkpoint.before.safetensors"].map((name) =>
      join(`${path}.partial`, name)
    ) as [string, string];
    await interrupted(path);
    const bytes = await Deno.readFile(last);
    const flips = [0, 9, 60, bytes.length >> 1, bytes.length - 8, bytes.length - 1].map((at) =>
      [`byte ${at} flipped`, (path: string) => Deno.writeFile(path, bytes.with(at, bytes[at]! ^ 1))] as const
    );
    for (const [what, damage] of [...Object.entries(DAMAGES), ...flips]) {
      await interrupted(path);
      await damage(last);
      const one = await found(path);
      assertEquals([one.sound[0]?.step, one.steps], [1, [1]], what);
      assertEquals(one.damage.length, 1, what);
      assertStringIncludes(one.damage[0]!, `${last} is `, what);
      assertEquals((await found(path)).damage, [], "the damaged one is gone");
      await interrupted(path);
      await damage(last);
      await Deno.truncate(before, 100);
      const none = await found(path);
      assertEquals([none.sound, none.steps, none.damage.length], [[], [], 2], what);
    }
  }));

Deno.test("a history that has changed is not gone on from at a checkpoint that covers the change", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const history: string = join(`${path}.partial`, "history.jsonl");
    const changed = async (change: (text: string) => string) => {
      await interrupted(path);
      await Deno.writeTextFile(history, change(await Deno.readTextFile(history)));
      const { sound, damage } = await found(path);
      return [sound.map(({ step }) => step), damage.length];
    };
    assertEquals(await changed((text) => text.replace('"step":3', '"step":4')), [[2, 1], 0]);
    assertEquals(await changed((text) => `${text}{"step":4,"lo`), [[2, 1], 0]);
    assertEquals(await changed((text) => text.replace('"step":2', '"step":4')), [[1], 1]);
    assertEquals(await changed((text) => text.replace('"step":1', '"step":4')), [[], 2]);
    assertEquals(await changed(() => ""), [[], 2]);
  }));

Deno.test("a history that is no file, or a link to one, is not gone on from, and only the link is removed", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const history: string = join(`${path}.partial`, "history.jsonl");
    const linked: string = join(root, "linked");
    const others: typeof DAMAGES = {
      ...DAMAGES,
      "a link": async () => {
        await Deno.rename(history, linked);
        await Deno.symlink(linked, history);
      },
    };
    for (const [what, damage] of Object.entries(others)) {
      if (what === "cut") continue;
      await interrupted(path);
      await damage(history);
      const { folder, sound, damage: reported } = await found(path);
      assertEquals([sound, reported.length], [[], 2], what);
      await folder.appendHistory(line(1));
    }
    assertEquals((await Deno.readTextFile(linked)).trimEnd().split("\n").length, 3);
  }));

Deno.test("a run whose place is a link to a folder takes the link's place, and leaves the folder as it was", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const own: string = join(root, "own");
    await Deno.mkdir(join(own, "inner"), { recursive: true });
    await Deno.symlink(own, path);
    await complete(path, "one");
    assertEquals([await exists(own, "inner"), await exists(path, "inner")], [true, false]);
    assertEquals((await readFinished(path))?.contentHash, "one");
  }));

Deno.test("a run that finds lines in its history that it did not write stops and names the file", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const history: string = join(`${path}.partial`, "history.jsonl");
    const begin = async () => {
      const folder = await RunFolder.begin(path, contentOf("h"), experiment, true);
      await folder.goOnFrom(undefined);
      await folder.appendHistory(line(1));
      return folder;
    };
    const foreign = `${history} has lines that this run did not write`;
    const one = await begin();
    await Deno.writeTextFile(history, `${JSON.stringify(line(1))}\n`, { append: true });
    await assertRejects(() => one.appendHistory(line(2)), DiskError, foreign);
    await assertRejects(() => one.history(), DiskError, foreign);
    const other = await begin();
    await Deno.writeTextFile(history, (await Deno.readTextFile(history)).replace('"step":1', '"step":7'));
    await assertRejects(() => other.history(), DiskError, foreign);
    const third = await begin();
    await Deno.remove(history);
    await assertRejects(() => third.appendHistory(line(2)), DiskError, foreign);
  }));

Deno.test("a run that was killed when all its files were written is only moved to its place", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    await complete(path, "one");
    const folder = await RunFolder.begin(path, contentOf("two"), experiment, false);
    await folder.writeJson("environment.json", { ...WHOLE_ENVIRONMENT, content_hash: "two" });
    await folder.writeJson("metrics.json", metrics);
    await RunFolder.recover(path);
    assertEquals((await readFinished(path))?.contentHash, "two");
    assertEquals([await exists(`${path}.partial`), await exists(path, "content_hash")], [false, false]);
  }));

Deno.test("a move that was killed after its first half is undone, after its second is ended", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const old: string = join(root, ".x.old");
    await complete(path, "one");
    await complete(join(path, "seed=1"), "variant");
    await Deno.rename(path, old);
    await RunFolder.recover(path);
    assertEquals((await readFinished(path))?.contentHash, "one");
    await Deno.rename(path, old);
    await complete(path, "two");
    await Deno.rename(path, `${path}.partial`);
    await Deno.mkdir(old, { recursive: true });
    await complete(join(old, "seed=2"), "another");
    await Deno.rename(`${path}.partial`, path);
    await RunFolder.recover(path);
    assertEquals((await readFinished(path))?.contentHash, "two");
    assertEquals((await readFinished(join(path, "seed=1")))?.contentHash, "variant");
    assertEquals((await readFinished(join(path, "seed=2")))?.contentHash, "another");
    assertEquals(await exists(old), false);
  }));

Deno.test("a run that cannot begin leaves its error, and the earlier results", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    await complete(path, "one");
    await RunFolder.failedBefore(path, experiment, "no such word");
    assertEquals((await readFinished(path))?.contentHash, "one");
    assertEquals(JSON.parse(await Deno.readTextFile(join(`${path}.partial`, "metrics.json"))), {
      status: "failed",
      error: "no such word",
    });
  }));
