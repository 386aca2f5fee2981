import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { float32Tensor } from "../../src/device/device.ts";
import { parseExperiment } from "../../src/experiment/parse.ts";
import type { MetricsFile } from "../../src/results/metrics_file.ts";
import { readFinished } from "../../src/results/read_run.ts";
import { RunFolder } from "../../src/results/run_folder.ts";
import type { Checkpoint } from "../../src/training/checkpoint.ts";
import { inFolder } from "../commands/softprompt.ts";
import { WHOLE_ENVIRONMENT, wholeMetrics, wholePart } from "./whole_run.ts";

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
  const folder = await RunFolder.begin(path, hash, experiment, false);
  await folder.writeJson("environment.json", { ...WHOLE_ENVIRONMENT, content_hash: hash });
  await folder.complete(metrics);
}

Deno.test("results appear in their place only when they are complete", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const folder = await RunFolder.begin(path, "h", experiment, false);
    await folder.writeJson("environment.json", WHOLE_ENVIRONMENT);
    assertEquals([await exists(path), await readFinished(path)], [false, undefined]);
    await folder.complete(metrics);
    assertEquals((await readFinished(path))?.contentHash, "h");
    assertEquals(await exists(`${path}.partial`), false);
    assertEquals(await exists(path, "content_hash"), false);
  }));

Deno.test("new results take the place of old ones, and variants beside them stay", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    await complete(path, "one");
    await complete(join(path, "seed=1"), "variant");
    await complete(path, "two");
    assertEquals((await readFinished(path))?.contentHash, "two");
    assertEquals((await readFinished(join(path, "seed=1")))?.contentHash, "variant");
  }));

Deno.test("a run of the same content resumes from its checkpoint, with its history truncated to it", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const first = await RunFolder.begin(path, "h", experiment, false);
    for (const step of [1, 2, 3]) await first.appendHistory(line(step));
    await first.keepCheckpoint(checkpoint);
    const again = await RunFolder.begin(path, "h", experiment, false);
    assertEquals(again.checkpoint, checkpoint);
    assertEquals((await again.history()).map(({ step }) => step), [1, 2]);
    assertEquals((await RunFolder.begin(path, "other", experiment, false)).checkpoint, undefined);
  }));

Deno.test("a damaged checkpoint or history is not resumed from, and that is reported", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const file = join(`${path}.partial`, "checkpoint.safetensors");
    const damaged = async (damage: () => Promise<unknown>, why: string) => {
      const first = await RunFolder.begin(path, "h", experiment, true);
      await first.appendHistory(line(1));
      await first.keepCheckpoint(checkpoint);
      await damage();
      const again = await RunFolder.begin(path, "h", experiment, false);
      assertEquals([again.checkpoint, await again.history()], [undefined, []]);
      assertStringIncludes(again.damage!, why);
      assertEquals((await RunFolder.begin(path, "h", experiment, false)).damage, undefined);
    };
    const flip = async (where: (text: string) => number) => {
      const bytes = await Deno.readFile(file);
      bytes[where(new TextDecoder("latin1").decode(bytes))]! ^= 1;
      await Deno.writeFile(file, bytes);
    };
    await damaged(() => Deno.truncate(file, 100), "its header is truncated");
    await damaged(() => Deno.truncate(file, 0), "checkpoint.safetensors is damaged");
    await damaged(() => flip((text) => text.length - 4), "its content has changed since it was written");
    await damaged(
      () => flip((text) => text.indexOf('2,\\"losses')),
      "its content has changed since it was written",
    );
    const history: string = join(`${path}.partial`, "history.jsonl");
    await damaged(() => Deno.truncate(history, 0), "history.jsonl is damaged (it ends at step 0");
    await damaged(() => Deno.writeTextFile(history, "{\n"), "history.jsonl is damaged");
  }));

Deno.test("a line of the history that a killed program wrote half of is dropped", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    const first = await RunFolder.begin(path, "h", experiment, false);
    for (const step of [1, 2]) await first.appendHistory(line(step));
    await first.keepCheckpoint(checkpoint);
    await Deno.writeTextFile(join(`${path}.partial`, "history.jsonl"), '{"step":3,"lo', { append: true });
    const again = await RunFolder.begin(path, "h", experiment, false);
    assertEquals((await again.history()).map(({ step }) => step), [1, 2]);
  }));

Deno.test("a run that was killed when all its files were written is only moved to its place", () =>
  inFolder(async (root) => {
    const path: string = join(root, "x");
    await complete(path, "one");
    const folder = await RunFolder.begin(path, "two", experiment, false);
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
