// deno-lint-ignore-file no-console
/**
 * What fusing gains: the steps of several prompts in one run of the compiled bank, compared with the same steps one after the
 * other, on the model that comes with the project (4 layers, width 256), on every device of this machine; on WebGPU also the
 * host's time for both, which is what fusing saves there. Ratios count.
 *
 *   deno task bench:fused            all devices
 *   deno task bench:fused cpu wasm   some of them
 */
import { compile, compileBank } from "../src/compiler/mod.ts";
import { chooseDevice } from "../src/device/choose.ts";
import type { Device, DeviceKind, Feeds, ResidentSession, Tensor } from "../src/device/device.ts";
import { stepReplay } from "../src/device/replay_of.ts";
import { findAdapter } from "../src/device/webgpu.ts";
import { tableLines } from "../src/terminal/table.ts";
import { bankFeeds } from "../src/training/bank_feeds.ts";
import { hostProcess } from "./host_process.ts";
import { type HostTime, hostTime } from "./host_time.ts";
import { readOnes } from "./read_ones.ts";
import { stepFeeds } from "./step_feeds.ts";
import { median } from "./median.ts";
import { timeInTurn } from "./time_in_turn.ts";

const PATH = "data/models/reviews-mlm-mini/onnx/model.onnx";
const VOCABULARY = 8000;
const PROMPTS = [2, 4, 8];
const ROUNDS = 10;
const SLOW_ROUNDS = 5;

/** Steps that count for the host's time. */
const HOST_ROUNDS = 20;

/** The argument of the process that measures the host's time. */
const HOST_PROCESS = "host-process";

/** The batches of a few examples, and of the experiments' 32: 24 text tokens and a short prompt, or 44 and a long one. */
const SIZES = [
  { batch: 2, sequence: 29, length: 5 },
  { batch: 8, sequence: 29, length: 5 },
  { batch: 32, sequence: 29, length: 5 },
  { batch: 8, sequence: 64, length: 20 },
  { batch: 32, sequence: 64, length: 20 },
].map((size) => ({ ...size, classes: 2, words: 2 }));

/** What a software adapter is measured at: it computes at a rate of its own, but hands work over as others do. */
const SLOW_SIZES = SIZES.slice(0, 2);

const bytes = await Deno.readFile(PATH);
const adapter = await findAdapter();
if (Deno.args[0] === HOST_PROCESS) {
  console.log(JSON.stringify(await hostTimes(SIZES[Number(Deno.args[1])]!)));
  Deno.exit(0);
}
const there: DeviceKind[] = ["cpu", "wasm", ...(adapter ? ["webgpu" as const] : [])];
const kinds = there.filter((kind) => Deno.args.length === 0 || Deno.args.includes(kind));
console.log(
  "2, 4, 8: how many times faster that many fused steps are than the same ones one after the other",
);
for (const kind of kinds) {
  const device = await chooseDevice(kind, console.error);
  const rows: string[][] = [];
  const hostRows: string[][] = [];
  const onGpu = kind === "webgpu";
  const software = onGpu && adapter!.software;
  const rounds = software ? SLOW_ROUNDS : ROUNDS;
  const { one, many, dimension } = await opened(device);
  for (const [i, size] of (software ? SLOW_SIZES : SIZES).entries()) {
    const { token_type_ids: _, ...feeds } = stepFeeds(dimension, VOCABULARY, size);
    const stepped = (session: typeof one, given: Feeds) => async () => {
      const outputs = await session.run(given);
      await outputs.loss!.read();
      for (const output of Object.values(outputs)) output.free();
    };
    const banks = await asBanks(feeds);
    const times = await timeInTurn(rounds, {
      alone: stepped(one, feeds),
      ...Object.fromEntries(banks.map(([count, given]) => [count, stepped(many, given)])),
    });
    const medians = Object.entries(times).map(([step, all]) => [step, median(all)]);
    rows.push(row(size, Object.fromEntries(medians)));
    if (onGpu) {
      const host = await hostProcess(import.meta.filename!, [HOST_PROCESS, `${i}`]);
      const least = Object.entries(host).map(([count, { least }]) => [count, least]);
      hostRows.push(row(size, Object.fromEntries(least)));
    }
  }
  await one.release();
  await many.release();
  tell(`batch x tokens on ${device.description}`, rows);
  if (onGpu) tell("the least that the host takes of it", hostRows);
}

/** The step of one prompt and the bank's, opened. */
async function opened(
  device: Device,
): Promise<{ one: ResidentSession; many: ResidentSession; dimension: number }> {
  const target = device.kind === "webgpu" ? "webgpu" : "cpu";
  const { train, dimension } = compile(bytes, PATH, "embedding-output", "adamw", { target });
  const bank = compileBank(bytes, PATH, "embedding-output", "adamw", { target });
  const replay = stepReplay(console.error);
  return {
    one: await device.openResident(train, replay),
    many: await device.openResident(bank.train, replay),
    dimension,
  };
}

/** What the steps of one prompt and of banks take of the host on WebGPU. */
async function hostTimes(size: typeof SIZES[number]): Promise<Record<string, HostTime>> {
  readOnes();
  const { one, many, dimension } = await opened(await chooseDevice("webgpu", console.error));
  const { token_type_ids: _, ...feeds } = stepFeeds(dimension, VOCABULARY, size);
  const times: Record<string, HostTime> = { alone: await hostTime({ trainStep: one }, [feeds], HOST_ROUNDS) };
  for (const [count, given] of await asBanks(feeds)) {
    times[count] = await hostTime({ trainStep: many }, [given], HOST_ROUNDS);
  }
  return times;
}

function row({ batch, sequence }: typeof SIZES[number], times: Readonly<Record<string, number>>): string[] {
  const speedUps = PROMPTS.map((count) => (count * times.alone! / times[count]!).toFixed(2));
  return [`${batch} x ${sequence}`, `${times.alone!.toFixed(1)} ms`, ...speedUps];
}

function tell(what: string, rows: readonly string[][]): void {
  for (const line of tableLines([what, "a step alone", ...PROMPTS.map(String)], rows)) console.log(line);
}

/** The same step of several prompts, by their number. */
async function asBanks(feeds: Record<string, Tensor>): Promise<(readonly [string, Feeds])[]> {
  return await Promise.all(
    PROMPTS.map(async (count) =>
      [`${count}`, await bankFeeds(Array.from({ length: count }, () => feeds))] as const
    ),
  );
}
