import { assert, assertEquals } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { readOnnxFile } from "../../src/compiler/frontend/onnx_file.ts";
import { emitForTarget, type Target } from "../../src/compiler/lower_for_target.ts";
import type { Pass } from "../../src/compiler/passes/pass.ts";
import { liveNodes } from "../../src/compiler/graph/graph.ts";
import { noGraph, runPasses } from "../../src/compiler/passes/run_passes.ts";
import { scoreTargets } from "../../src/compiler/passes/score_targets.ts";
import { frontend, splicePrompt, textStep } from "../../src/compiler/pipeline.ts";
import { READ_TARGETS } from "../../src/compiler/text_pipeline.ts";
import { scalarTensor } from "../../src/device/device.ts";
import { readRegion } from "../../src/model/read_region.ts";
import { DEVICES, sharedDevice } from "../devices.ts";
import { familyModel } from "./family_step.ts";
import { relativeError } from "./graph_runner.ts";
import { textFeeds } from "./text_feeds.ts";

/** A step that goes through its vocabulary in parts. @param most the largest number of words in a part */
async function stepInParts(family: string, most: number, target: Target) {
  const path = familyModel(family);
  const bytes = await Deno.readFile(path);
  const [score, ...rest] = textStep("sgd", "float32");
  const parts: Pass = { ...score!, run: (graph) => scoreTargets(graph, "slope", most) };
  const passes = [
    ...frontend(readOnnxFile(bytes, path, readRegion)),
    splicePrompt("word-embeddings", "one"),
    ...READ_TARGETS,
    parts,
    ...rest,
  ];
  const step = runPasses(noGraph(path), passes, { verify: true });
  const emitted = emitForTarget(step, { target, precision: "float32" }, "train", "step", { verify: true });
  const weights = new Map([[path.split("/").at(-1)!, bytes]]);
  return { bytes: emitted.bytes, weights, graph: step.graph };
}

const FAMILIES = [
  "bert-opset11",
  "bert-int8",
  "distilbert-fp16",
  "gpt2-traced-opset20",
  "llama-built-int4",
  "gemma2-traced-opset20",
];
/** The number of words of every family. */
const WORDS = 40;

Deno.test("no tensor of a step has a number for each target token and each word, where these are in parts", async () => {
  for (const family of FAMILIES) {
    const { graph } = await stepInParts(family, 13, "cpu");
    const wide = liveNodes(graph).filter(({ outputs }) =>
      outputs.some(({ shape }) =>
        shape.at(-1) === WORDS && shape.some((one) => String(one).includes("target"))
      )
    );
    assertEquals(wide.map(({ op }) => op), [], family);
  }
});

for (const kind of DEVICES) {
  const target = kind === "webgpu" ? "webgpu" : "cpu";
  const families = kind === "cpu" ? FAMILIES : ["gpt2-opset11"];
  for (const family of families) {
    Deno.test(`a step of ${family} on ${kind} is the same, in however many parts its vocabulary is`, async () => {
      const device = await sharedDevice(kind);
      const feeds = { ...await textFeeds(family), step: scalarTensor(1) };
      const found = [];
      for (const most of [WORDS, 13]) {
        const session = await device.open(await stepInParts(family, most, target));
        found.push(await session.run(feeds));
        await session.release();
      }
      for (const name of ["loss", "target_logprobs", "gradient"]) {
        const [whole, parts] = found.map((outputs) => outputs[name]!.data as Float32Array);
        const error = relativeError(parts!, whole!);
        assert(error < 1e-5, `${name} is off by ${error}`);
      }
    });
  }
}

Deno.test("weights that are sliced at run are inputs with a default, and none where the device slices them when it opens a graph", async () => {
  const inputs = async (target: Target) => {
    const { bytes } = await stepInParts("gpt2-traced-opset20", 13, target);
    const { input, initializer } = fromBinary(ModelProtoSchema, bytes).graph!;
    return input.filter(({ name }) => initializer.some((one) => one.name === name)).length;
  };
  assertEquals([await inputs("cpu"), await inputs("webgpu")], [1, 0]);
});
