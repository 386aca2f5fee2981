// deno-lint-ignore-file no-console
/**
 * One training step beside one forward pass of the same model over the same tokens: batch 32, 44 text and 20 prompt tokens.
 *
 *   deno task bench
 */
import { compile } from "../src/compiler/mod.ts";
import { chooseDevice } from "../src/device/choose.ts";
import { stepFeeds } from "./step_feeds.ts";

const PATH = "data/models/reviews-mlm-mini/onnx/model.onnx";

const bytes = await Deno.readFile(PATH);
const { train, predict, dimension } = compile(bytes, PATH, "embedding-output", "adamw");
const feeds = stepFeeds(dimension, 8000);

for (const kind of ["cpu", "wasm"] as const) {
  const device = await chooseDevice(kind, console.error);
  const graphs = {
    "the model's own file, forward": { bytes, weights: new Map<string, Uint8Array>() },
    "compiled prediction": predict,
    "compiled training step": train,
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
