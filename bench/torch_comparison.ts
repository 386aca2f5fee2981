import { compile, evaluate, type Graph, matrixFlops } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import { float32Tensor, int64Tensor, type Tensor } from "../src/device/device.ts";
import type { Comparison } from "./comparison.ts";
import { matrixRate } from "./matrix_rate.ts";
import { median } from "./median.ts";
import { medianRatio } from "./median_ratio.ts";
import { operatorProfile } from "./operator_profile.ts";
import { ownForward } from "./own_forward.ts";
import { stepFeeds } from "./step_feeds.ts";
import { type PeerStart, startPeer } from "./step_peer.ts";

const THREADS = 2;
const LENGTH = 20;
/** How far the losses may be apart, relatively. */
const TOLERANCE = 1e-3;

/**
 * Our step and PyTorch's in both ways, in turn, on the native CPU; for a BERT also its own forward pass.
 *
 * @param path the model's file, which PyTorch has made
 * @throws {Error} where the losses differ
 */
export async function comparedWithTorch(
  python: string,
  shape: string,
  path: string,
  batch: number,
  rounds: number,
): Promise<Comparison> {
  const bytes = await Deno.readFile(path);
  const device = await openCpu(THREADS);
  let last: Graph | undefined;
  const { train } = compile(bytes, path, "word-embeddings", "adamw", { onPass: (_, graph) => last = graph });
  const peer = await startPeer(python, shape, batch, THREADS);
  const feeds = feedsOf(peer.start);
  const step = await device.open(train);
  const { loss } = await step.run(feeds);
  checkLosses(Number(loss!.data[0]), peer.start.losses);
  const isBert = !/gpt|llm/.test(shape);
  const forward = isBert ? await device.open(ownForward(bytes, path)) : undefined;
  const times: Record<string, number[]> = { step: [], peft: [], careful: [], forward: [] };
  const timed = async (name: string, run: () => Promise<unknown>) => {
    const start = performance.now();
    await run();
    times[name]!.push(performance.now() - start);
  };
  for (let round = 0; round < rounds; round++) {
    await timed("step", () => step.run(feeds));
    times.peft!.push(1000 * (await peer.step("peft"))[0]);
    if (forward !== undefined) await timed("forward", () => forward.run(feeds));
    times.careful!.push(1000 * (await peer.step("careful"))[0]);
  }
  await peer.end();
  await step.release();
  await forward?.release();
  const middle = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  const sizes = { batch, sequence: feeds.input_ids!.dims[1]!, length: LENGTH, classes: 2, words: 2 };
  const flops = evaluate(matrixFlops(last!), sizes);
  const rate = await matrixRate(device, feeds.prompt!.dims[1]!);
  return {
    shape,
    batch,
    device: "cpu",
    on: device.description,
    step_ms: middle.step!,
    peft_ms: middle.peft!,
    peft_over_ours: medianRatio(times.peft!, times.step!),
    careful_ms: middle.careful!,
    careful_over_ours: medianRatio(times.careful!, times.step!),
    ...(isBert && { forward_ms: middle.forward!, step_over_forward: middle.step! / middle.forward! }),
    gflop: flops / 1e9,
    matrix_gflops_per_second: rate,
    floor_ms: flops / rate / 1e6,
    share_of_matrix_rate: flops / rate / 1e6 / middle.step!,
    operators_ms: await operatorProfile(train, feeds),
  };
}

/** PyTorch's batch as inputs of our step: the prompt in front, positions from it on. */
function feedsOf({ prompt, texts, answer }: PeerStart): Record<string, Tensor> {
  const batch = texts.length;
  const sequence = LENGTH + texts[0]!.length;
  const width = prompt.length / LENGTH;
  const before = Array.from({ length: LENGTH }, () => 5);
  const places = Array.from({ length: batch * sequence }, (_, i) => i % sequence);
  return {
    ...stepFeeds(width, 1000, { batch, sequence, length: LENGTH, classes: 2, words: 2 }),
    input_ids: int64Tensor(texts.flatMap((text) => [...before, ...text]), [batch, sequence]),
    position_ids: int64Tensor(places, [batch, sequence]),
    answer_rows: int64Tensor(texts.map(() => LENGTH + answer), [batch]),
    prompt: float32Tensor(Float32Array.from(prompt), [LENGTH, width]),
  };
}

/** Only equal work may be compared. */
function checkLosses(ours: number, theirs: PeerStart["losses"]): void {
  for (const [way, loss] of Object.entries(theirs)) {
    if (!(Math.abs(ours - loss) <= TOLERANCE * loss)) {
      throw new Error(`PyTorch's loss (${way}) is ${loss}, and ours ${ours}`);
    }
  }
}
