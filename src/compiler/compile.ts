import { addsPositions, findEmbedding } from "./analysis/embedding_layer.ts";
import type { Emitted } from "./backend/emit.ts";
import { compileAnswer } from "./compile_answer.ts";
import type { Compiled, CompiledAnswer, CompileOptions } from "./compiled.ts";
import { readOnnxFile } from "./frontend/onnx_file.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget, type Purpose } from "./lower_for_target.ts";
import { type OptimizerName, optimizerState } from "./passes/optimizer.ts";
import type { Pass, PassOptions, StagedGraph } from "./passes/pass.ts";
import { promptPlace } from "./passes/prompt_place.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import { dimensionOf, type Insertion, type Prompts } from "./passes/splice.ts";
import {
  frontend,
  NARROW_TO_CLASSES,
  NARROW_TO_WORDS,
  optimizerAlone,
  promptStep,
  READ_ANSWER,
  readEmbeddings,
  splicePrompt,
} from "./pipeline.ts";

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
  { onPass, verify, read, target = "cpu", precision = "float32", loss = "plain" }: CompileOptions = {},
): Compiled {
  const frozen = runPasses(noGraph(path), frontend(readOnnxFile(bytes, path, read)), { onPass, verify });
  const embedding = findEmbedding(frozen.graph);
  const place = promptPlace(embedding, insertion);
  const dimension = dimensionOf(place, path);
  const to: LoweringTarget = { target, precision };
  const graphs = (prompts: Prompts, names: GraphNames, options: PassOptions) => {
    const passes = { splice: splicePrompt(insertion, prompts), step: promptStep(loss, optimizer, precision) };
    return promptGraphs(frozen, passes, to, names, options);
  };
  const one = graphs("one", { step: "train_step", suffix: "" }, { onPass, verify });
  const bank = graphs("bank", { step: "train_bank", suffix: "_bank" }, { verify });
  const made = (from: StagedGraph, pass: Pass, purpose: Purpose, name: string) =>
    lazy(() => emitForTarget(runPasses(from, [pass], { verify }), to, purpose, name, { verify }));
  const update = made(noGraph(path), optimizerAlone(optimizer, dimension), "train", "update");
  const embed = made(frozen, readEmbeddings(insertion), "embed", "embed");
  return {
    dimension,
    train: one.train,
    state: optimizerState(optimizer, dimension),
    bank,
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

/** The passes that differ between the graphs of one prompt and those of a bank. */
interface PromptPasses {
  readonly splice: Pass;
  readonly step: readonly Pass[];
}

/** The name of the step's graph, and the suffix of the others' names. */
interface GraphNames {
  readonly step: string;
  readonly suffix: string;
}

/**
 * The graphs of a prompt, or of a bank of them, each made when it is first read.
 *
 * @param options `onPass` receives the passes that lead to the step
 */
function promptGraphs(
  frozen: StagedGraph,
  { splice, step }: PromptPasses,
  to: LoweringTarget,
  names: GraphNames,
  options: PassOptions,
): CompiledAnswer & { readonly train: Emitted } {
  const { verify } = options;
  const spliced = lazy(() => runPasses(frozen, [splice, READ_ANSWER], options));
  const classes = lazy(() => runPasses(spliced(), [NARROW_TO_CLASSES], options));
  const words = lazy(() => runPasses(spliced(), [NARROW_TO_WORDS], { verify }));
  const train = lazy(() =>
    emitForTarget(runPasses(classes(), step, options), to, "train", names.step, options)
  );
  const answer = compileAnswer({ classes, words }, to, names.suffix, { verify });
  return {
    get train() {
      return train();
    },
    get predict() {
      return answer.predict;
    },
    get answer() {
      return answer.answer;
    },
  };
}
