import type { Compiled, LossMean, OptimizerName, PrefixGraphs, PromptGraphs } from "../compiler/mod.ts";
import { type Device, DeviceError } from "../device/device.ts";
import { promptInsertion, promptLength } from "../experiment/prompt_vectors.ts";
import { isTextBeforePrompt } from "../experiment/template.ts";
import type { Experiment, TunedBy } from "../experiment/types.ts";
import type { ReadingCard } from "../model/card.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import type { CompileCache } from "../artifacts/compile_cache.ts";
import { compileModel, compileModelBank, type CompileTarget, targetOf } from "../artifacts/compile_model.ts";
import type { PreparedBase } from "./complete_prepared.ts";

/** The counting of positions in an experiment. */
export function positionCounting(
  prompt: Experiment["prompt"],
  compiled: Compiled | undefined,
): PositionCounting {
  const isAfter = compiled?.positions === "embedding-layer" && promptInsertion(prompt) === "embedding-output";
  return isAfter ? "text-alone" : "together";
}

/**
 * Compiles the graphs of a soft prompt; `undefined` for a hard one.
 *
 * @param cache keeps compiled graphs; absent: nothing is cached
 */
export async function compileExperiment(
  { experiment: { prompt, training }, model }: Pick<PreparedBase<Experiment>, "experiment" | "model">,
  target: CompileTarget,
  cache?: CompileCache,
): Promise<Compiled | undefined> {
  if (prompt.kind === "hard") return undefined;
  const optimizer = optimizerName(training);
  return cache === undefined
    ? compileModel(model, prompt.insertion, optimizer, target)
    : await cache.compile(model, prompt.insertion, optimizer, target);
}

/** Compiles the graphs of a bank of soft prompts; as {@linkcode compileExperiment} otherwise. */
export async function compileExperimentBank(
  { experiment: { prompt, training }, model }: Pick<PreparedBase<Experiment>, "experiment" | "model">,
  target: CompileTarget,
  cache?: CompileCache,
): Promise<PromptGraphs | undefined> {
  if (prompt.kind === "hard") return undefined;
  const optimizer = optimizerName(training);
  return cache === undefined
    ? compileModelBank(model, prompt.insertion, optimizer, target)
    : await cache.bank(model, prompt.insertion, optimizer, target);
}

/**
 * Whether an experiment tunes a prompt with texts before it that do not depend on it, as the model is causal: they need no backward
 * pass, and their keys and values stay the same for all steps.
 */
export function hasRowsBefore(
  { prompt, tune }: Pick<Experiment, "prompt" | "tune">,
  { kind }: Pick<ReadingCard, "kind">,
): boolean {
  return tune === "prompt" && kind === "causal" &&
    isTextBeforePrompt(prompt.template, promptLength(prompt));
}

/**
 * Compiles the graphs that leave out the rows before an experiment's prompt.
 *
 * @returns `undefined` where it has none, or the model's graph does not show that they do not depend on the prompt
 */
export async function compileRowsAfter(
  prepared: Pick<PreparedBase<Experiment>, "experiment" | "model">,
  target: CompileTarget,
  cache: CompileCache,
): Promise<PrefixGraphs | undefined> {
  const { experiment, model } = prepared;
  const { prompt, training } = experiment;
  if (prompt.kind === "hard" || !hasRowsBefore(experiment, model.card)) return undefined;
  return await cache.prefix(model, prompt.insertion, optimizerName(training), target);
}

/**
 * The target and precision that an experiment's graphs are compiled for.
 *
 * @throws {DeviceError} where the device has no float16 and the experiment asks for it
 */
export function compileTargetOf(
  device: Device,
  { precision, training, answer }: Pick<Experiment, "precision" | "training" | "answer">,
): CompileTarget {
  if (precision === "float16" && !device.float16) {
    throw new DeviceError(
      `'precision: float16' needs WebGPU on an adapter that has shader-f16, and the device is ${device.description}: set 'precision: float32' or another 'device:'`,
    );
  }
  const target = targetOf(device.kind);
  return answer ? { target, precision, answer: "text" } : { target, precision, loss: lossOf(training) };
}

function lossOf(training: Pick<TunedBy, "classWeights"> | undefined): LossMean {
  return training?.classWeights === undefined ? "plain" : "weighted";
}

/** A key of the compiled step: experiments with the same key share it. */
export function stepKey(
  { experiment, model }: Pick<PreparedBase<Experiment>, "experiment" | "model">,
): string {
  const { tune, prompt, training, precision, answer } = experiment;
  const what = promptInsertion(prompt) ?? (tune === "all" ? "model" : "hard");
  const loss = answer ? "text" : lossOf(training);
  return [model.onnx, model.sha256, what, optimizerName(training), loss, precision].join("|");
}

/** The compiler's name of an experiment's optimizer; arbitrary where nothing is trained. */
export function optimizerName(training?: Pick<TunedBy, "optimizer">): OptimizerName {
  if (training === undefined) return "adamw";
  const { name, factored } = training.optimizer;
  return name === "adafactor" && factored ? "adafactor-factored" : name;
}
