// deno-lint-ignore-file no-console
/**
 * Our training step with text targets beside PEFT's, as its users write it, and beside PyTorch without PEFT that computes the same, on
 * T5-small's and GPT-2's shapes with random weights: batch 32, 64 text, 8 target and 20 prompt tokens, native CPU, two threads each. The
 * programs take a step in turn, and their losses must be equal first. Where other programs run, the processor's time tells more than
 * the clock's; the floor is that of the step's matrix products.
 *
 *   deno task bench:text [--shape t5-small|gpt2]… [--rounds N]
 *
 * PYTHON names the interpreter that has torch, transformers, peft and onnx (bench/text_peer.py names the versions).
 */
import { parseArgs } from "node:util";
import { join } from "@std/path";
import { compile, evaluate, type Graph, matrixFlops } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../src/device/device.ts";
import { tableLines } from "../src/terminal/table.ts";
import { matrixRate } from "./matrix_rate.ts";
import { median } from "./median.ts";
import { processorTime } from "./processor_time.ts";
import { callPython, startPython } from "./python_peer.ts";

const THREADS = 2;
const LENGTH = 20;
const SCRIPT = "bench/text_peer.py";
const WIDTHS: Readonly<Record<string, number>> = { "t5-small": 512, gpt2: 768 };

/** The programs beside ours, as `text_peer.py` knows them. */
const WRITTEN: Readonly<Record<string, string>> = {
  "PEFT, as a user writes it": "peft",
  "PyTorch, the same arithmetic": "careful",
};

/** What another program starts with. */
interface Start {
  readonly prompt: readonly number[];
  readonly texts: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  /** The loss of its first step. */
  readonly loss: number;
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    shape: { type: "string", multiple: true, default: Object.keys(WIDTHS) },
    rounds: { type: "string", default: "10" },
  },
});
const python = Deno.env.get("PYTHON") ?? "python3";

const rows: string[][] = [];
for (const shape of values.shape) rows.push(...await compared(shape, Number(values.rounds)));
const header = ["shape", "program", "a step", "of ours", "processor", "of ours", "GFLOP", "floor", "reaches"];
for (const line of tableLines(header, rows)) console.log(line);

/** A row for our step, and one for each other program. */
async function compared(shape: string, rounds: number): Promise<string[][]> {
  const folder = join("data", "bench", shape);
  const isCausal = shape !== "t5-small";
  const [path, decoder] = (isCausal ? ["model.onnx"] : ["encoder_model.onnx", "decoder_model.onnx"])
    .map((name) => join(folder, name));
  if (await Deno.stat(path!).catch(() => undefined) === undefined) {
    await callPython(python, [SCRIPT, "make", shape, folder]);
  }
  const device = await openCpu(THREADS);
  let last: Graph | undefined;
  const { train } = compile(await Deno.readFile(path!), path!, "word-embeddings", "adamw", {
    answer: "text",
    ...(decoder && { decoder: { bytes: await Deno.readFile(decoder), path: decoder } }),
    onPass: (_, graph) => last = graph,
  });
  const width = WIDTHS[shape]!;
  const rate = await matrixRate(device, width, processorTime);
  const step = await device.open(train);
  const peers = [];
  for (const written of Object.values(WRITTEN)) {
    const peer = await startPython<Start>(python, [SCRIPT, "step", shape, `${THREADS}`, written], THREADS);
    const { loss } = await step.run(feedsOf(peer.start, width, isCausal));
    const found = Number((loss!.data as Float32Array)[0]);
    if (!(Math.abs(found - peer.start.loss) < 1e-3 * peer.start.loss)) {
      throw new Error(`the loss of ${written} is ${peer.start.loss}, and ours ${found}`);
    }
    peers.push(peer);
  }
  const { start } = peers[0]!;
  const feeds = feedsOf(start, width, isCausal);
  const ours: Times[] = [];
  const theirs: Times[][] = peers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    const [processor, clock] = [processorTime(), performance.now()];
    await step.run(feeds);
    ours.push([(performance.now() - clock) / 1000, (processorTime() - processor) / 1000]);
    for (const [i, peer] of peers.entries()) theirs[i]!.push(await peer.step(""));
  }
  for (const peer of peers) await peer.end();
  await step.release();
  const sizes = { batch: start.texts.length, sequence: feeds.input_ids!.dims[1]!, length: LENGTH };
  const flops = evaluate(matrixFlops(last!), { ...sizes, target: start.targets[0]!.length });
  const floor = flops / rate / 1e9;
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  const [clock, processor] = mediansOf(ours);
  const floors = [(flops / 1e9).toFixed(0), seconds(floor), `${(100 * floor / processor).toFixed(0)}%`];
  return [
    [shape, "ours", seconds(clock), "", seconds(processor), "", ...floors],
    ...Object.keys(WRITTEN).map((written, i) => {
      const [theirClock, theirProcessor] = mediansOf(theirs[i]!);
      const times = [theirClock / clock, theirProcessor / processor].map((ratio) => ratio.toFixed(2));
      return [shape, written, seconds(theirClock), times[0]!, seconds(theirProcessor), times[1]!, "", "", ""];
    }),
  ];
}

/** The seconds of a step, by the clock and of the processor. */
type Times = readonly [number, number];

function mediansOf(all: readonly Times[]): Times {
  return [median(all.map(([clock]) => clock)), median(all.map(([, processor]) => processor))];
}

/** One batch as inputs of a compiled step: the prompt in front; a causal model reads the target's tokens but the last after the text. */
function feedsOf(
  { prompt, texts, targets }: Start,
  width: number,
  isCausal: boolean,
): Record<string, Tensor> {
  const batch = texts.length;
  const int64 = (rows: readonly (readonly number[])[]) => int64Tensor(rows.flat(), [batch, rows[0]!.length]);
  const places = Array.from({ length: LENGTH }, (_, i) => i);
  const ids = texts.map((text, i) => [
    ...places.map(() => 5),
    ...text,
    ...(isCausal ? targets[i]!.slice(0, -1) : []),
  ]);
  const first = LENGTH + texts[0]!.length - 1;
  const zeros = float32Tensor(new Float32Array(LENGTH * width), [LENGTH, width]);
  return {
    input_ids: int64(ids),
    attention_mask: int64(ids.map((row) => row.map(() => 1))),
    position_ids: int64(ids.map((row) => row.map((_, i) => i))),
    prompt_rows: int64(ids.map(() => places)),
    target_ids: int64(targets),
    target_weights: float32Tensor(new Float32Array(targets.flat().length).fill(1), [
      batch,
      targets[0]!.length,
    ]),
    ...(isCausal
      ? { target_rows: int64(targets.map((target) => target.map((_, i) => first + i))) }
      : { decoder_input_ids: int64(targets.map((target) => [0, ...target.slice(0, -1)])) }),
    prompt: float32Tensor(Float32Array.from(prompt), [LENGTH, width]),
    first_moment: zeros,
    second_moment: zeros,
    learning_rate: scalarTensor(0.03),
    weight_decay: scalarTensor(0.01),
    clip_norm: scalarTensor(0),
    step: scalarTensor(1),
  };
}
