import { addsPositions, findEmbedding } from "./analysis/embedding_layer.ts";
import type { Emitted } from "./backend/emit.ts";
import { compileAnswer, compileTextAnswer } from "./compile_answer.ts";
import type { Compiled, CompiledAnswer, CompileOptions } from "./compiled.ts";
import { readModelFiles } from "./frontend/onnx_file.ts";
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
  textStep,
} from "./pipeline.ts";
import { READ_NEXT, READ_TARGETS } from "./text_pipeline.ts";

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
    answer: kind = "word",
    loss = "plain",
  }: CompileOptions = {},
): Compiled {
  const file = readModelFiles({ bytes, path }, decoder, read);
  const frozen = runPasses(noGraph(path), frontend(file), { onPass, verify });
  const embedding = findEmbedding(frozen.graph);
  const place = promptPlace(embedding, insertion);
  const dimension = dimensionOf(place, path);
  const to: LoweringTarget = { target, precision };
  const graphs = (prompts: Prompts, names: GraphNames, options: PassOptions) => {
    const spliced = lazy(() => runPasses(frozen, [splicePrompt(insertion, prompts)], options));
    return kind === "text"
      ? textGraphs(spliced, textStep(optimizer, precision), to, names, options)
      : wordGraphs(spliced, promptStep(loss, optimizer, to), to, names, options);
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

/** The name of the step's graph, and the suffix of the others' names. */
export interface GraphNames {
  readonly step: string;
  readonly suffix: string;
}

/** The graphs of a prompt, or of a bank of them, each made when it is first read. */
export type PromptGraphs = CompiledAnswer & { readonly train: Emitted };

/**
 * The graphs of a prompt for answers that are words.
 *
 * @param spliced the model with the prompt
 * @param step from the classes' logits to the training step
 * @param options `onPass` receives the passes that lead to the step
 */
export function wordGraphs(
  spliced: () => StagedGraph,
  step: readonly Pass[],
  to: LoweringTarget,
  names: GraphNames,
  options: PassOptions,
): PromptGraphs {
  const { verify } = options;
  const read = lazy(() => runPasses(spliced(), [READ_ANSWER], options));
  const classes = lazy(() => runPasses(read(), [NARROW_TO_CLASSES], options));
  const words = lazy(() => runPasses(read(), [NARROW_TO_WORDS], { verify }));
  const answer = compileAnswer({ classes, words }, to, names.suffix, { verify });
  return withStep(classes, step, answer, to, names, options);
}

/** The graphs of a prompt for answers that are texts; as `wordGraphs`. @param step from the targets' logits on */
export function textGraphs(
  spliced: () => StagedGraph,
  step: readonly Pass[],
  to: LoweringTarget,
  names: GraphNames,
  options: PassOptions,
): PromptGraphs {
  const { verify } = options;
  const targets = lazy(() => runPasses(spliced(), READ_TARGETS, options));
  const next = lazy(() => runPasses(spliced(), READ_NEXT, { verify }));
  const answer = compileTextAnswer({ targets, next }, to, names.suffix, { verify });
  return withStep(targets, step, answer, to, names, options);
}

function withStep(
  from: () => StagedGraph,
  step: readonly Pass[],
  answer: CompiledAnswer,
  to: LoweringTarget,
  { step: name }: GraphNames,
  options: PassOptions,
): PromptGraphs {
  const train = lazy(() => emitForTarget(runPasses(from(), step, options), to, "train", name, options));
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
