import { assert } from "@std/assert";
import { join } from "@std/path";
import { compile } from "../../src/compiler/mod.ts";
import { float32Tensor, scalarTensor, type Tensor } from "../../src/device/device.ts";
import { DEVICES, sharedDevice, stepsOn } from "../devices.ts";
import { MINI, shared, sharedTest } from "../shared.ts";
import { relativeError } from "./graph_runner.ts";
import { readReferenceStep, referenceFeeds, referencePrompt } from "./parity_step.ts";

const MODELS = {
  "mlm_step.json": join(MINI, "onnx", "model.onnx"),
  "causal_step.json": shared("models", "stories260k", "onnx", "model.onnx"),
};

for (const [file, path] of Object.entries(MODELS) as [string, string][]) {
  for (const kind of DEVICES) {
    const steps = stepsOn(kind, 20, 5);
    sharedTest(`${steps} steps of ${file} on ${kind} are those of float64 PyTorch`, async () => {
      const reference = await readReferenceStep(file);
      const feeds = referenceFeeds(reference);
      const bytes = await Deno.readFile(path);
      const { train, state } = compile(bytes, path, "word-embeddings", "adamw", {
        target: kind === "webgpu" ? "webgpu" : "cpu",
      });
      const device = await sharedDevice(kind);
      const session = await device.open({ bytes: train.bytes, weights: new Map([["model.onnx", bytes]]) });
      let prompt = referencePrompt(reference);
      const zeros = float32Tensor(new Float32Array(prompt.data.length), prompt.dims);
      let moments: Record<string, Tensor> = Object.fromEntries(state.map(({ name }) => [name, zeros]));
      for (let step = 1; step <= steps; step++) {
        const outputs = await session.run({ ...feeds, ...moments, prompt, step: scalarTensor(step) });
        if (step === 1) {
          const loss = Math.abs(Number(outputs.loss!.data[0]) - reference.loss) / reference.loss;
          assert(loss < 1e-5, `the loss is off by ${loss}`);
          const gradient = relativeError(
            outputs.gradient!.data as Float32Array,
            reference.prompt_gradient.flat(),
          );
          assert(gradient < 1e-4, `the gradient is off by ${gradient}`);
          const logits = relativeError(
            outputs.class_logits!.data as Float32Array,
            reference.class_logits.flat(),
          );
          assert(logits < 1e-5, `the class logits are off by ${logits}`);
        }
        prompt = outputs.prompt_next!;
        const error = relativeError(prompt.data as Float32Array, reference.steps[step - 1]!.prompt.flat());
        assert(error < 1e-3, `the prompt after ${step} steps is off by ${error}`);
        moments = Object.fromEntries(state.map(({ name }) => [name, outputs[`${name}_next`]!]));
      }
      await session.release();
    });
  }
}
