import { assert, assertEquals } from "@std/assert";
import { RandomStream } from "../../../src/base/random_stream.ts";
import { symbol } from "../../../src/compiler/graph/dimension.ts";
import type { Graph, Value } from "../../../src/compiler/graph/graph.ts";
import { liveNodes } from "../../../src/compiler/graph/graph.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";
import { differentiateClassLoss } from "../../../src/compiler/passes/class_slope.ts";
import { differentiate } from "../../../src/compiler/passes/differentiate.ts";
import {
  addLoss,
  type LossMean,
  OBJECTIVE,
  withoutObjective,
} from "../../../src/compiler/passes/objective.ts";
import { simplify } from "../../../src/compiler/passes/simplify.ts";
import { float32Tensor, int64Tensor } from "../../../src/device/device.ts";
import { openOnCpu, randomTensor, relativeError } from "../graph_runner.ts";

const [BATCH, PROMPTS, CLASSES] = ["batch", "prompts", "classes"].map(symbol) as [
  Value["shape"][number],
  Value["shape"][number],
  Value["shape"][number],
];

/** Logits that are the input times a matrix, and the loss of them; for a bank each example has a prompt. */
function lossOf(how: LossMean, isBank: boolean): { graph: Graph; x: Value } {
  const b = new Builder("test");
  const x = b.input("prompt", "float32", [BATCH, 4]);
  if (isBank) {
    b.input("prompt_of_example", "int64", [BATCH]);
    b.input("others", "float32", [PROMPTS]);
  }
  const logits = b.matmul(x, b.input("matrix", "float32", [4, CLASSES]));
  return { graph: addLoss(b.graph(new Map([["class_logits", logits]])), how), x };
}

const stream = new RandomStream(0, "class slope");
const FEEDS = {
  prompt: randomTensor(stream, [5, 4], -3, 3),
  matrix: randomTensor(stream, [4, 3], -3, 3),
  labels: int64Tensor([0, 2, 1, 1, 2], [5]),
  example_weights: float32Tensor(Float32Array.of(1, 2, 0.5, 3, 1), [5]),
  prompt_of_example: int64Tensor([0, 1, 1, 3, 0], [5]),
  others: float32Tensor(new Float32Array(4), [4]),
};

for (const how of ["plain", "weighted"] as const) {
  for (const isBank of [false, true]) {
    const of = `${how} mean of ${isBank ? "each prompt's" : "all"} losses`;
    Deno.test(`the gradient of a ${of} by its slope is that of its derivative, in half the nodes`, async () => {
      const { graph, x } = lossOf(how, isBank);
      const derived = simplify(withoutObjective(differentiate(graph, OBJECTIVE, x, 8)));
      const written = simplify(withoutObjective(differentiateClassLoss(graph, how, x, 8)));
      const gradients = await Promise.all([derived, written].map(async (one) => {
        const session = await openOnCpu(one);
        const { gradient } = await session.run(FEEDS);
        await session.release();
        return gradient!.data as Float32Array;
      }));
      const off = relativeError(gradients[1]!, gradients[0]!);
      assert(off < 1e-6, `off by ${off}`);
      const forward = liveNodes(simplify(withoutObjective(graph))).length;
      const backward = [derived, written].map((one) => liveNodes(one).length - forward);
      assert(2 * backward[1]! <= backward[0]!, backward.join(" and "));
      assertEquals([...written.outputs.keys()], [...derived.outputs.keys()]);
    });
  }
}
