import { assert } from "@std/assert";
import { compile } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor, int64Tensor, type Tensor } from "../../src/device/device.ts";
import { RandomStream } from "../../src/experiment/random_stream.ts";
import { tune } from "../../src/training/trainer.ts";

Deno.test("a compiled step taken in parts tunes the prompt that it tunes in one, up to rounding", async () => {
  const path = "test/fixtures/families/bert-opset11.onnx", bytes = await Deno.readFile(path);
  const { train, update, state, dimension } = compile(bytes, path, "embedding-output", "adamw");
  const cpu = await openCpu(), weights = new Map([["bert-opset11.onnx", bytes]]);
  const session = await cpu.openResident({ bytes: train.bytes, weights });
  const updating = await cpu.openResident({ bytes: update.bytes, weights: new Map() });
  const stream = new RandomStream(0, "examples"), length = 2;
  const examples = Array.from({ length: 14 }, (_, i) => ({
    ids: [0, 0, ...Array.from({ length: 3 + i % 4 }, () => 3 + stream.integer(30))],
    positions: [0, 0, ...Array.from({ length: 3 + i % 4 }, (_, p) => p)],
    promptRows: [0, 1],
    answerRow: 3,
    cut: 0,
    label: i % 2,
  }));
  const prompt = float32Tensor(
    Float32Array.from({ length: length * dimension }, () => stream.uniform(-1, 1)),
    [length, dimension],
  );
  const tuned = async (accumulate: number): Promise<Tensor> => {
    const running = tune({
      session,
      update: updating,
      state,
      prompt,
      examples,
      padId: 1,
      verbalizer: {
        label_tokens: int64Tensor([5, 6], [2, 1]),
        label_weights: float32Tensor(Float32Array.of(1, 1), [2, 1]),
      },
      spec: {
        optimizer: { name: "adamw", learningRate: 0.03, weightDecay: 0.01 },
        schedule: { name: "constant", warmupSteps: 0 },
        batchSize: 8,
        accumulate,
        epochs: 4,
        clipNorm: 1,
        logEvery: 10,
      },
      seed: 0,
    });
    for (;;) {
      const { done, value } = await running.next();
      if (done) return value.prompt;
    }
  };
  const whole = (await tuned(1)).data as Float32Array;
  for (const accumulate of [2, 3]) {
    const parts = (await tuned(accumulate)).data as Float32Array;
    const moved = Math.max(...whole.map((x, i) => Math.abs(x - Number(prompt.data[i]))));
    const apart = Math.max(...whole.map((x, i) => Math.abs(x - parts[i]!)));
    assert(moved > 0.1 && apart < 1e-3 * moved, `${apart} apart, ${moved} moved`);
  }
  await Promise.all([session.release(), updating.release()]);
});
