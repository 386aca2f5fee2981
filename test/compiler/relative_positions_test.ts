import { assert, assertEquals } from "@std/assert";
import { compile } from "../../src/compiler/mod.ts";
import {
  type DeviceKind,
  float32Tensor,
  int64Tensor,
  scalarTensor,
  type Tensor,
} from "../../src/device/device.ts";
import { RandomStream } from "../../src/base/random_stream.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { randomTensor, relativeError } from "./graph_runner.ts";

const PATH = "test/fixtures/traced/deberta-v3-opset14.onnx";
const BATCH = 2;
const TOKENS = 9;
const PROMPT = 3;
const WIDTH = 8;
const WORDS = 24;

const stream = new RandomStream(7, "relative_positions");
const integers = (dims: readonly number[], at: (i: number) => number) =>
  int64Tensor(Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => at(i)), dims);
const zeros = float32Tensor(new Float32Array(PROMPT * WIDTH), [PROMPT, WIDTH]);
const FEEDS: Readonly<Record<string, Tensor>> = {
  input_ids: integers([BATCH, TOKENS], () => 1 + stream.integer(WORDS - 1)),
  attention_mask: integers([BATCH, TOKENS], () => 1),
  prompt_rows: integers([BATCH, PROMPT], (i) => i % PROMPT),
  answer_rows: integers([BATCH], () => TOKENS - 1),
  labels: integers([BATCH], (i) => i),
  label_tokens: integers([2, 1], (i) => 3 + i),
  label_weights: float32Tensor(Float32Array.of(1, 1), [2, 1]),
  prompt: randomTensor(stream, [PROMPT, WIDTH]),
  first_moment: zeros,
  second_moment: zeros,
  ...Object.fromEntries(
    ["learning_rate", "weight_decay", "clip_norm", "step"].map((name) => [name, scalarTensor(1)]),
  ),
};

/** The prompt's gradient of a DeBERTa, whose attention picks scores by relative positions, computed twice. */
async function gradients(kind: DeviceKind): Promise<Float32Array[]> {
  const { train } = compile(await Deno.readFile(PATH), PATH, "embedding-output", "adamw", {
    read: readRegion,
    target: kind === "webgpu" ? "webgpu" : "cpu",
  });
  const device = await sharedDevice(kind);
  const session = await device.open(train);
  const found: Float32Array[] = [];
  for (let run = 0; run < 2; run++) {
    const { gradient } = await session.run(FEEDS);
    found.push(gradient!.data as Float32Array);
  }
  await session.release();
  return found;
}

const [onCpu] = await gradients("cpu");

// WebAssembly has the CPU's kernels.
for (const kind of DEVICES.filter((one) => one !== "wasm")) {
  Deno.test(`the gradient through relative positions on ${kind} is the CPU's, and the same bits each time`, async () => {
    const [first, second] = await gradients(kind);
    assertEquals(first, second);
    const off = relativeError(first!, onCpu!);
    assert(off < 1e-4, `off by ${off}`);
  });
}
