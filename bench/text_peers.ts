// deno-lint-ignore-file no-console
/**
 * Our training step with text targets beside PEFT's, as its users write it, on T5-small's and GPT-2's shapes with random weights: batch 32,
 * 64 text, 8 target and 20 prompt tokens, native CPU, two threads each. The two programs take a step in turn, and their losses must be
 * equal first. Where other programs run, the processor's time tells more than the clock's; the floor is that of the step's matrix
 * products.
 *
 *   deno task bench:text [--shape t5-small|gpt2]… [--rounds N]
 *
 * PYTHON names the interpreter that has torch, transformers, peft and onnx (bench/text_peer.py names the versions).
 */
import { parseArgs } from "node:util";
import { join } from "@std/path";
import { TextLineStream } from "@std/streams/text-line-stream";
import { compile, evaluate, type Graph, matrixFlops } from "../src/compiler/mod.ts";
import { openCpu } from "../src/device/cpu.ts";
import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../src/device/device.ts";
import { tableLines } from "../src/terminal/table.ts";
import { matrixRate } from "./matrix_rate.ts";
import { median } from "./median.ts";
import { processorTime } from "./processor_time.ts";

const THREADS = 2;
const LENGTH = 20;
const SCRIPT = "bench/text_peer.py";
const WIDTHS: Readonly<Record<string, number>> = { "t5-small": 512, gpt2: 768 };

/** What PEFT's side starts with. */
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
for (const shape of values.shape) rows.push(await compared(shape, Number(values.rounds)));
const header = [
  "shape",
  "our step",
  "PEFT's",
  "ratio",
  "processor",
  "PEFT's",
  "ratio",
  "GFLOP",
  "floor",
  "reaches",
];
for (const line of tableLines(header, rows)) console.log(line);

async function compared(shape: string, rounds: number): Promise<string[]> {
  const folder = join("data", "bench", shape);
  const isCausal = shape !== "t5-small";
  const [path, decoder] = (isCausal ? ["model.onnx"] : ["encoder_model.onnx", "decoder_model.onnx"])
    .map((name) => join(folder, name));
  if (await Deno.stat(path!).catch(() => undefined) === undefined) await made(shape, folder);
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
  const peer = await started(shape);
  const feeds = feedsOf(peer.start, width, isCausal);
  const { loss } = await step.run(feeds);
  const found = Number((loss!.data as Float32Array)[0]);
  if (!(Math.abs(found - peer.start.loss) < 1e-3 * peer.start.loss)) {
    throw new Error(`PEFT's loss is ${peer.start.loss}, and ours ${found}`);
  }
  const ours: (readonly [number, number])[] = [];
  const theirs: (readonly [number, number])[] = [];
  for (let round = 0; round < rounds; round++) {
    const [processor, start] = [processorTime(), performance.now()];
    await step.run(feeds);
    ours.push([(performance.now() - start) / 1000, (processorTime() - processor) / 1000]);
    theirs.push(await peer.step());
  }
  await peer.end();
  await step.release();
  const sequence = feeds.input_ids!.dims[1]!;
  const sizes = { batch: peer.start.texts.length, sequence, length: LENGTH };
  const flops = evaluate(matrixFlops(last!), { ...sizes, target: peer.start.targets[0]!.length });
  const [own, other] = [ours, theirs].map((all) =>
    [0, 1].map((at) => all.map((one) => one[at]!)) as [number[], number[]]
  ) as [[number[], number[]], [number[], number[]]];
  const floor = flops / rate / 1e9;
  const ms = (seconds: number) => `${(1000 * seconds).toFixed(0)} ms`;
  const ratio = (at: 0 | 1) => (median(other[at]) / median(own[at])).toFixed(2);
  return [
    shape,
    ...[ms(median(own[0])), ms(median(other[0])), ratio(0)],
    ...[ms(median(own[1])), ms(median(other[1])), ratio(1)],
    ...[(flops / 1e9).toFixed(0), ms(floor), `${(100 * floor / median(own[1])).toFixed(0)}%`],
  ];
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

async function made(shape: string, folder: string): Promise<void> {
  const { code } = await new Deno.Command(python, { args: [SCRIPT, "make", shape, folder] }).output();
  if (code !== 0) throw new Error(`${python} ${SCRIPT} make ${shape} failed`);
}

/** PEFT's side, which waits for each step. */
async function started(shape: string) {
  const child = new Deno.Command(python, {
    args: [SCRIPT, "step", shape, `${THREADS}`],
    env: { OMP_NUM_THREADS: `${THREADS}` },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const line = async (): Promise<string> => {
    const { value } = await lines.read();
    if (typeof value !== "string") throw new Error(`${python} ${SCRIPT} step ${shape} ended`);
    return value;
  };
  const writer = child.stdin.getWriter();
  const start: Start = JSON.parse(await line());
  return {
    start,
    step: async (): Promise<readonly [number, number]> => {
      await writer.write(new TextEncoder().encode("\n"));
      return JSON.parse(await line());
    },
    end: async () => {
      await writer.close();
      await child.status;
    },
  };
}
