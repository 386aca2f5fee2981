// deno-lint-ignore-file no-console
/**
 * What a prompt after its text saves in a causal model: a step at GPT-2's shape with the prompt in front of the text; with the text in
 * front, its keys and values computed in each step; and with these kept. Computed in turn, in processor time. With all twelve layers,
 * as without `--layers`, it takes 3.8 GB of memory.
 *
 *   deno task bench:prefix [--layers N] [--rounds N]       (writes data/bench/prefix)
 */
import { parseArgs } from "node:util";
import { compile, compilePrefix } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import { int64Tensor, type ResidentSession, type Tensor } from "../src/device/device.ts";
import { PrefixValues } from "../src/device/prefix_values.ts";
import { readRegion } from "../src/model/read_region.ts";
import { tableLines } from "../src/terminal/table.ts";
import { writeCachedModel } from "./cached_model.ts";
import { median } from "./median.ts";
import { processorTime } from "./processor_time.ts";
import { stepFeeds } from "./step_feeds.ts";

const FOLDER = "data/bench/prefix";
const MODEL = `${FOLDER}/model.onnx`;
const [TEXT, LENGTH, AFTER] = [60, 20, 4];
const SIZES = { batch: 32, sequence: TEXT + LENGTH + AFTER, length: LENGTH, classes: 2, words: 2 };
const SHAPE = { words: 8192, width: 768, heads: 12, positions: 1024 };

const { values: { layers, rounds } } = parseArgs({
  options: { layers: { type: "string", default: "12" }, rounds: { type: "string", default: "3" } },
});
await Deno.mkdir(FOLDER, { recursive: true });
await writeCachedModel(MODEL, { ...SHAPE, layers: Number(layers) });
const bytes = await Deno.readFile(MODEL);
const options = { read: readRegion };
const { train } = compile(bytes, MODEL, "embedding-output", "adamw", options);
const prefix = compilePrefix(bytes, MODEL, "embedding-output", "adamw", options);
if (prefix === undefined) throw new Error("the model's attention is not seen to be causal");
const device = await openCpu();
const [whole, before, rest] = [
  await device.openResident(train),
  await device.open(prefix.before),
  await device.openResident(prefix.train),
];
const inFront = stepFeeds(SHAPE.width, SHAPE.words, SIZES);
const rows = Array.from({ length: SIZES.batch * LENGTH }, (_, i) => TEXT + i % LENGTH);
const after = { ...inFront, prompt_rows: int64Tensor(rows, [SIZES.batch, LENGTH]) };
const kept = await PrefixValues.open(before, prefix.axes, Infinity);
const repeated = await PrefixValues.open(before, prefix.axes, 0);
const steps: Readonly<Record<string, () => Promise<number>>> = {
  "prompt in front": () => loss(whole, inFront),
  "text in front, whole step": () => loss(whole, after),
  "text in front, keys and values computed in each step": () => loss(repeated.session(rest), after),
  "text in front, keys and values kept": () => loss(kept.session(rest), after),
};
const times = new Map<string, number[]>();
for (let round = -1; round < Number(rounds); round++) {
  for (const [name, step] of Object.entries(steps)) {
    const start = processorTime();
    await step();
    if (round >= 0) times.set(name, [...times.get(name) ?? [], processorTime() - start]);
  }
}
const medians = [...times].map(([name, all]) => [name, median(all)] as const);
const [[, today]] = medians as [readonly [string, number]];
const table = medians.map(([name, time]) => [name, `${time.toFixed(0)} ms`, (today / time).toFixed(2)]);
for (const line of tableLines(["step", "processor time", "times as fast"], table)) console.log(line);
const found = [];
for (const step of Object.values(steps).slice(1)) found.push(await step());
console.log(`losses with the text in front: ${found.join(", ")}`);
console.log(`kept: ${(TEXT * kept.bytesPerRow / 1e6).toFixed(1)} MB an example`);
for (const session of [whole, before, rest]) await session.release();

/** The loss of a step. */
async function loss(session: Pick<ResidentSession, "run">, feeds: Record<string, Tensor>): Promise<number> {
  const outputs = await session.run(feeds);
  const { data } = await outputs.loss!.read();
  for (const output of Object.values(outputs)) output.free();
  return Number(data[0]);
}
