import { assertThrows } from "@std/assert";
import { compile, compileBank } from "../../src/compiler/mod.ts";
import { checkBuffers } from "../../src/device/buffer_limit.ts";
import { DeviceError, float32Tensor, int64Tensor } from "../../src/device/device.ts";

const MIB = 2 ** 20;

Deno.test("a tensor that no buffer of the adapter holds is named with its size and the limit", async () => {
  const path = "test/fixtures/families/bert-opset11.onnx";
  const { train } = compile(await Deno.readFile(path), path, "embedding-output", "adamw");
  const ids = (batch: number, sequence: number) => ({
    input_ids: int64Tensor(new Uint8Array(batch * sequence), [batch, sequence]),
    label_tokens: int64Tensor([5, 6], [2, 1]),
    prompt: float32Tensor(new Float32Array(2 * 16), [2, 16]),
  });
  checkBuffers(train.sizes, ids(32, 64), 128 * MIB);
  // Attention's scores: 4 · batch · heads · tokens² bytes.
  assertThrows(
    () => checkBuffers(train.sizes, ids(64, 1024), 128 * MIB),
    DeviceError,
    "MiB, but a buffer of this WebGPU adapter holds at most 128 MiB (maxBufferSize): reduce",
  );
});

Deno.test("a bank's prompts count, too", async () => {
  const path = "test/fixtures/families/bert-opset11.onnx";
  const bank = compileBank(await Deno.readFile(path), path, "embedding-output", "adamw");
  const feeds = {
    input_ids: int64Tensor(new Uint8Array(8), [4, 2]),
    label_tokens: int64Tensor([5, 6], [2, 1]),
    prompt: float32Tensor(new Float32Array(4096 * 2 * 16), [4096, 2, 16]),
  };
  checkBuffers(bank.train.sizes, feeds, MIB / 2);
  assertThrows(() => checkBuffers(bank.train.sizes, feeds, MIB / 2 - 1), DeviceError, "maxBufferSize");
});

Deno.test("targets of texts count, and rows that are chosen", async () => {
  const path = "test/fixtures/generation/t5/onnx/encoder_model.onnx";
  const decoder = "test/fixtures/generation/t5/onnx/decoder_model.onnx";
  const { train } = compile(await Deno.readFile(path), path, "word-embeddings", "adamw", {
    answer: "text",
    decoder: { bytes: await Deno.readFile(decoder), path: decoder },
  });
  const feeds = (target: number) => ({
    input_ids: int64Tensor(new Uint8Array(8), [4, 2]),
    decoder_input_ids: int64Tensor(new Uint8Array(4 * target), [4, target]),
    prompt: float32Tensor(new Float32Array(16), [1, 16]),
  });
  checkBuffers(train.sizes, feeds(8), MIB);
  assertThrows(() => checkBuffers(train.sizes, feeds(1024), MIB), DeviceError, "maxBufferSize");
  const chosen = [{ name: "state_chosen", bytes: "32*chosen" }];
  checkBuffers(chosen, { rows: int64Tensor([0, 0], [2]) }, 64);
  assertThrows(() => checkBuffers(chosen, { rows: int64Tensor([0, 0, 0], [3]) }, 64), DeviceError, "state");
});
