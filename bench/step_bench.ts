/**
 * One training step beside one forward pass of the same model over the same tokens: batch 32, 44 text and 20 prompt tokens.
 *
 *   deno task bench
 */
import { compile } from "../src/compiler/mod.ts";
import { chooseDevice } from "../src/device/choose.ts";
import { float32Tensor, int64Tensor, scalarTensor, type Tensor } from "../src/device/device.ts";
import { RandomStream } from "../src/experiment/random_stream.ts";

const PATH = "data/models/reviews-mlm-mini/onnx/model.onnx";
const BATCH = 32, TEXT = 44, LENGTH = 20, SEQUENCE = TEXT + LENGTH;

const bytes = await Deno.readFile(PATH);
const { train, predict, dimension } = compile(bytes, PATH, "embedding-output", "adamw");
const stream = new RandomStream(0, "bench");
const places = Array.from({ length: BATCH * SEQUENCE }, (_, i) => i % SEQUENCE);
const prompt = float32Tensor(
  Float32Array.from({ length: LENGTH * dimension }, () => stream.uniform(-0.5, 0.5)),
  [LENGTH, dimension],
);
const zeros = float32Tensor(new Float32Array(LENGTH * dimension), prompt.dims);
const feeds: Record<string, Tensor> = {
  input_ids: int64Tensor(places.map(() => 5 + stream.integer(8000)), [BATCH, SEQUENCE]),
  attention_mask: int64Tensor(places.map(() => 1), [BATCH, SEQUENCE]),
  position_ids: int64Tensor(places.map((i) => Math.max(0, i - LENGTH)), [BATCH, SEQUENCE]),
  token_type_ids: int64Tensor(places.map(() => 0), [BATCH, SEQUENCE]),
  prompt_rows: int64Tensor(Array.from({ length: BATCH * LENGTH }, (_, i) => i % LENGTH), [BATCH, LENGTH]),
  answer_rows: int64Tensor(Array.from({ length: BATCH }, () => SEQUENCE - 3), [BATCH]),
  label_tokens: int64Tensor([387, 1316, 307, 381], [2, 2]),
  label_weights: float32Tensor(Float32Array.of(0.5, 0.5, 0.5, 0.5), [2, 2]),
  labels: int64Tensor(Array.from({ length: BATCH }, (_, i) => i % 2), [BATCH]),
  prompt,
  first_moment: zeros,
  second_moment: zeros,
  learning_rate: scalarTensor(0.03),
  weight_decay: scalarTensor(0.01),
  clip_norm: scalarTensor(1),
  step: scalarTensor(1),
};

for (const kind of ["cpu", "wasm"] as const) {
  const device = await chooseDevice(kind, console.error);
  const graphs = {
    "the model's own file, forward": { bytes, weights: new Map<string, Uint8Array>() },
    "compiled prediction": { bytes: predict.bytes, weights: new Map([["model.onnx", bytes]]) },
    "compiled training step": { bytes: train.bytes, weights: new Map([["model.onnx", bytes]]) },
  };
  for (const [name, graph] of Object.entries(graphs)) {
    const session = await device.open(graph);
    await session.run(feeds);
    Deno.bench({
      name,
      group: device.description,
      baseline: name.startsWith("compiled prediction"),
      n: 20,
      warmup: 3,
    }, async () => {
      await session.run(feeds);
    });
  }
}
