import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import * as ort from "onnxruntime-node";
import { executionOrder } from "../../../src/compiler/analysis/execution_order.ts";
import { emit } from "../../../src/compiler/backend/emit.ts";
import { Builder } from "../../../src/compiler/ops/builder.ts";

Deno.test("nodes are in the order in which ONNX Runtime runs them", async () => {
  const b = new Builder("test");
  const x = b.input("x", "float32", [4]);
  const exp = b.op("Exp", [x]);
  const sine = b.op("Sin", [exp]);
  const cosine = b.op("Cos", [x]);
  const tanh = b.op("Tanh", [sine]);
  const sum = b.add(cosine, tanh);
  const root = b.op("Sqrt", [exp]);
  const product = b.multiply(root, sum);
  const rounded = b.op("Floor", [cosine]);
  const graph = b.graph(new Map([["product", product], ["sine", b.negate(sine)], ["rounded", rounded]]));
  const folder = await Deno.makeTempDir();
  const session = await ort.InferenceSession.create(emit(graph, "test").bytes, {
    enableProfiling: true,
    profileFilePrefix: join(folder, "profile"),
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
  });
  await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4), [4]) });
  session.endProfiling();
  await session.release();
  const [file] = await Array.fromAsync(Deno.readDir(folder));
  const events: readonly { readonly name: string; readonly args: { readonly op_name?: string } }[] = JSON
    .parse(
      await Deno.readTextFile(join(folder, file!.name)),
    );
  await Deno.remove(folder, { recursive: true });
  const run = events.filter(({ name }) => name.endsWith("_kernel_time")).map(({ args }) => args.op_name!);
  assertEquals(executionOrder(graph).map(({ op }) => op), run.filter((op) => op !== "Identity"));
});
