import { addsPositions, findEmbedding } from "./analysis/embedding_layer.ts";
import type { Compiled, CompileOptions } from "./compiled.ts";
import { readModelFiles } from "./frontend/onnx_file.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget, type Purpose } from "./lower_for_target.ts";
import { type OptimizerName, optimizerState } from "./passes/optimizer.ts";
import type { Pass, StagedGraph } from "./passes/pass.ts";
import { promptPlace } from "./passes/prompt_place.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import { dimensionOf, type Insertion } from "./passes/splice.ts";
import { frontend, optimizerAlone, readEmbeddings, splicePrompt } from "./pipeline.ts";
import { promptGraphs } from "./prompt_graphs.ts";

/**
 * Compiles the training step of a soft prompt for a frozen model. The step of one prompt is made now; the other graphs are
 * made when they are first read.
 *
 * @param bytes the model's ONNX file, which must not change while graphs are made
 * @param path where it lies, for messages and for referring to its weights
 * @throws {CompileError} on anything in the model that cannot be compiled
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const { train, state, dimension } = compile(await Deno.readFile(path), path, "word-embeddings", "adamw");
 * await Deno.writeFile(`${await Deno.makeTempDir()}/train_step.onnx`, train.bytes);
 * assertEquals(train.weights.get("model.onnx"), path); // the weights stay where they are
 * assertEquals(state.map(({ name }) => name), ["first_moment", "second_moment"]);
 * assertEquals(dimension, 256);
 * ```
 */
export function compile(
  bytes: Uint8Array,
  path: string,
  insertion: Insertion,
  optimizer: OptimizerName,
  {
    onPass,
    verify,
    read,
    decoder,
    target = "cpu",
    precision = "float32",
    answer = "word",
    loss = "plain",
  }: CompileOptions = {},
): Compiled {
  const file = readModelFiles({ bytes, path }, decoder, read);
  const options = { onPass, verify };
  const frozen = runPasses(noGraph(path), frontend(file), options);
  const embedding = findEmbedding(frozen.graph);
  const place = promptPlace(embedding, insertion);
  const dimension = dimensionOf(place, path);
  const to: LoweringTarget = { target, precision };
  const spliced = runPasses(frozen, [splicePrompt(insertion, "one")], options);
  const names = { step: "train_step", suffix: "" };
  const one = promptGraphs(() => spliced, { answer, loss, optimizer }, to, names, options);
  const made = (from: StagedGraph, pass: Pass, purpose: Purpose, name: string) =>
    lazy(() => emitForTarget(runPasses(from, [pass], { verify }), to, purpose, name, { verify }));
  const update = made(noGraph(path), optimizerAlone(optimizer, dimension), "train", "update");
  const embed = made(frozen, readEmbeddings(insertion), "embed", "embed");
  return {
    dimension,
    train: one.train,
    state: optimizerState(optimizer, dimension),
    get update() {
      return update();
    },
    get predict() {
      return one.predict;
    },
    get answer() {
      return one.answer;
    },
    get embed() {
      return embed();
    },
    scale: embedding.scale,
    positions: addsPositions(embedding) ? "embedding-layer" : "attention",
  };
}
