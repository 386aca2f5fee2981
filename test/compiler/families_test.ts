import { assert } from "@std/assert";
import { compile, type Insertion } from "../../src/compiler/mod.ts";
import { openCpu } from "../../src/device/cpu.ts";
import { float32Tensor } from "../../src/device/device.ts";
import { familyFeeds, familyModel, readFamily } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";

const cpu = await openCpu();
const FAMILIES = [...Deno.readDirSync("test/fixtures/families")].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

for (const name of FAMILIES) {
  for (const insertion of ["embedding-output", "word-embeddings"] as const satisfies Insertion[]) {
    Deno.test(`a step of ${name}, prompt at the ${insertion}, is that of float64 PyTorch`, async () => {
      const path = familyModel(name), bytes = await Deno.readFile(path);
      const reference = await readFamily(name), feeds = familyFeeds(reference, insertion);
      const { train, state } = compile(bytes, path, insertion, "adamw");
      const session = await cpu.open({ bytes: train.bytes, weights: new Map([[`${name}.onnx`, bytes]]) });
      const zeros = float32Tensor(new Float32Array(feeds.prompt!.data.length), feeds.prompt!.dims);
      const outputs = await session.run({
        ...feeds,
        ...Object.fromEntries(state.map((tensor) => [tensor, zeros])),
      });
      const { class_logits, loss, gradient } = reference[insertion];
      const off = {
        logits: relativeError(outputs.class_logits!.data as Float32Array, class_logits.flat()),
        loss: relativeError(outputs.loss!.data as Float32Array, [loss]),
        gradient: relativeError(outputs.gradient!.data as Float32Array, gradient.flat()),
      };
      // Numbers of the graph itself (√8, say) are rounded too in half precision, which the reference does not know of.
      const slack = name.endsWith("fp16") ? 10 : 1;
      assert(off.logits < 1e-5 * slack && off.loss < 1e-5 * slack, JSON.stringify(off));
      assert(off.gradient < 1e-4 * slack, JSON.stringify(off));
      await session.release();
    });
  }
}
