// deno-lint-ignore-file no-console
/**
 * What a step, and a batch that is classified, takes of the host on WebGPU, as JSON: plain and replayed, over batches of three
 * lengths in turn. Started by `bench:devices` with a driver that computes nothing.
 */
import { join } from "@std/path";
import { compile } from "../src/compiler/mod.ts";
import { answerReplay, stepReplay } from "../src/device/replay_of.ts";
import { openWebgpu } from "../src/device/webgpu.ts";
import { ON_DISK } from "../src/device/weight_files.ts";
import { readRegion } from "../src/model/read_region.ts";
import { type EncoderShape, writeEncoderModel } from "./encoder_model.ts";
import { HOST_SHAPES, PATH } from "./host_shapes.ts";
import { answerHostTime, type HostTime, hostTime } from "./host_time.ts";
import { readOnes } from "./read_ones.ts";
import { SIZES, stepFeeds } from "./step_feeds.ts";

/** Steps that count, on batches of these tokens in turn. */
const ROUNDS = 50;
const TOKENS = [48, 56, 64];

const [name = "4x256"] = Deno.args;
const shape = HOST_SHAPES[name];
const folder = shape && await Deno.makeTempDir();
try {
  const path: string = folder === undefined ? PATH : join(folder, "model.onnx");
  if (shape !== undefined) await writeEncoderModel(path, shape);
  console.log(JSON.stringify(await hostTimes(path, shape ?? { width: 256, words: 8000 })));
} finally {
  if (folder !== undefined) await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);

async function hostTimes(
  path: string,
  { width, words }: Pick<EncoderShape, "width" | "words">,
): Promise<Record<string, HostTime>> {
  const device = await openWebgpu(ON_DISK);
  // A recording is used where it gives what the plain step gives: with such a driver, anything.
  readOnes();
  const { train, answer } = compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
    target: "webgpu",
    read: readRegion,
  });
  const batches = TOKENS.map((sequence) => stepFeeds(width, words, { ...SIZES, sequence }));
  const times: Record<string, HostTime> = {};
  for (const replay of [undefined, stepReplay(fail)]) {
    const trainStep = await device.openResident(train, replay);
    times[`step, ${replay ? "replayed" : "plain"}`] = await hostTime({ trainStep }, batches, ROUNDS);
    await trainStep.release();
  }
  for (const replay of [undefined, { ...answerReplay(fail), after: 1 }]) {
    const session = await device.open(answer, replay);
    times[`answers, ${replay ? "replayed" : "plain"}`] = await answerHostTime(session, batches, ROUNDS);
    await session.release();
  }
  return times;
}

function fail(line: string): never {
  throw new Error(line);
}
