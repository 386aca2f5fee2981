import { assert } from "@std/assert";
import ort from "onnxruntime-node";
import { int64Tensor, scalarTensor } from "../../src/device/device.ts";
import { compileHard } from "../../src/compiler/mod.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { shared, sharedTest } from "../shared.ts";
import { relativeError } from "./graph_runner.ts";
import {
  checkTextSteps,
  compileText,
  readTextReference,
  textFixture,
  textModel,
  textReferenceFeeds,
  type TwoFiles,
} from "./text_reference.ts";

const inShared = (folder: string, file: string) =>
  shared("parity", "text", "models", folder, "onnx", `${file}.onnx`);

for (const kind of DEVICES) {
  for (const name of ["t5", "bart"]) {
    Deno.test(`five steps of ${name} with text targets on ${kind} are those of float64 PyTorch`, async () => {
      const device = await sharedDevice(kind);
      await checkTextSteps(device, textModel(name), await readTextReference(textFixture(name)));
    });
  }
  for (const folder of ["gpt2", "gpt2_cached"]) {
    sharedTest(
      `five steps of ${folder} with text targets on ${kind} are those of float64 PyTorch`,
      async () => {
        const reference = await readTextReference(shared("parity", "text", "fixtures", "gpt2.json"));
        const device = await sharedDevice(kind);
        await checkTextSteps(device, { file: inShared(folder, "model") }, reference);
      },
    );
  }
}

/** The layouts of one encoder-decoder model: without a cache, with one, and with both in one file. */
const LAYOUTS: readonly TwoFiles[] = [
  ["t5_gated_untied", "decoder_model"],
  ["t5_gated_untied_cached", "decoder_model"],
  ["t5_gated_untied_cached", "decoder_model_merged"],
].map(([folder, decoder]) => ({
  file: inShared(folder!, "encoder_model"),
  decoder: inShared(folder!, decoder!),
}));

sharedTest("an encoder-decoder's layouts make the same step", async () => {
  const reference = await readTextReference(shared("parity", "text", "fixtures", "t5_gated_untied.json"));
  const feeds = textReferenceFeeds(reference);
  const device = await sharedDevice("cpu");
  let first: Float32Array | undefined;
  for (const layout of LAYOUTS) {
    const { compiled, weights } = await compileText(layout);
    const session = await device.open({ bytes: compiled.train.bytes, weights });
    const zeros = Object.fromEntries(
      compiled.state.map((
        { name },
      ) => [name, { ...feeds.prompt!, data: new Float32Array(feeds.prompt!.data.length) }]),
    );
    const { gradient } = await session.run({ ...feeds, ...zeros, step: scalarTensor(1) });
    first ??= gradient!.data as Float32Array;
    assert(relativeError(gradient!.data as Float32Array, first) < 1e-5, layout.decoder);
    await session.release();
  }
});

sharedTest("the joined graph gives the logits of its two files in ONNX Runtime", async () => {
  const { file, decoder } = LAYOUTS[0]!;
  const [bytes, other] = [await Deno.readFile(file), await Deno.readFile(decoder)];
  const { answer } = compileHard(bytes, file, { answer: "text", decoder: { bytes: other, path: decoder } });
  const [texts, targets] = [[2, 6], [2, 3]];
  const mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
  const feeds = {
    input_ids: int64Tensor(mask.map((_, i) => 3 + 11 * i), texts),
    attention_mask: int64Tensor(mask, texts),
    decoder_input_ids: int64Tensor([0, 7, 9, 0, 30, 120], targets),
    answer_rows: int64Tensor([2, 1], [2]),
  };
  const device = await sharedDevice("cpu");
  const weights = new Map([["encoder_model.onnx", bytes], ["decoder_model.onnx", other]]);
  const session = await device.open({ bytes: answer.bytes, weights });
  const { next_logits } = await session.run(feeds);
  const int64 = ({ data, dims }: { data: ArrayLike<number | bigint>; dims: readonly number[] }) =>
    new ort.Tensor("int64", BigInt64Array.from(Array.from(data, BigInt)), dims);
  const encoder = await ort.InferenceSession.create(bytes);
  const states = await encoder.run({
    input_ids: int64(feeds.input_ids),
    attention_mask: int64(feeds.attention_mask),
  });
  const own = await (await ort.InferenceSession.create(other)).run({
    input_ids: int64(feeds.decoder_input_ids),
    encoder_attention_mask: int64(feeds.attention_mask),
    encoder_hidden_states: states.last_hidden_state!,
  });
  const words = next_logits!.dims[1]!;
  const expected = [2, 3 + 1].flatMap((row) =>
    Array.from((own.logits!.data as Float32Array).slice(row * words, (row + 1) * words))
  );
  assert(relativeError(next_logits!.data as Float32Array, expected) < 1e-5);
  await session.release();
});
