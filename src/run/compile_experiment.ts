import type { Compiled, LossMean, OptimizerName } from "../compiler/mod.ts";
import { type Device, DeviceError } from "../device/device.ts";
import { promptInsertion } from "../experiment/prompt_vectors.ts";
import type { Experiment, PromptSpec, TrainingSpec } from "../experiment/types.ts";
import type { PositionCounting } from "../prompt/encoding.ts";
import { compileModel, compileOnce, type CompileTarget, targetOf } from "../artifacts/compile_model.ts";
import type { Prepared } from "./prepare.ts";

/** How positions are counted in an experiment whose prompt is compiled in. */
export function positionCounting(
  prompt: PromptSpec,
  compiled: Compiled | undefined,
): PositionCounting {
  const isAfter = compiled?.positions === "embedding-layer" && promptInsertion(prompt) === "embedding-output";
  return isAfter ? "text-alone" : "together";
}

/**
 * Compiles the training step of a soft prompt; `undefined` for a hard one.
 *
 * @param cache the folder that artifacts are kept in from run to run; absent: none are kept
 */
export async function compileExperiment(
  { experiment: { prompt, training }, model }: Pick<Prepared, "experiment" | "model">,
  target: CompileTarget,
  cache?: string,
): Promise<Compiled | undefined> {
  if (prompt.kind === "hard") return undefined;
  const optimizer = optimizerName(training);
  return cache === undefined
    ? compileModel(model, prompt.insertion, optimizer, target)
    : await compileOnce(model, prompt.insertion, optimizer, target, cache);
}

/**
 * What an experiment's graphs are compiled for, and in.
 *
 * @throws {DeviceError} where the device has no float16 and the experiment asks for it
 */
export function compileTargetOf(device: Device, { precision, training }: Experiment): CompileTarget {
  if (precision === "float16" && !device.float16) {
    throw new DeviceError(
      `'precision: float16' needs WebGPU on an adapter that has shader-f16, and the device is ${device.description}: set 'precision: float32' or another 'device:'`,
    );
  }
  return { target: targetOf(device.kind), precision, loss: lossOf(training) };
}

function lossOf(training: TrainingSpec | undefined): LossMean {
  return training?.classWeights === undefined ? "plain" : "weighted";
}

/** Tells apart what is compiled: experiments of the same key share one compiled step. */
export function stepKey({ experiment: { tune, prompt, training, precision }, model }: Prepared): string {
  const what = promptInsertion(prompt) ?? (tune === "all" ? "model" : "hard");
  return [model.onnx, model.sha256, what, optimizerName(training), lossOf(training), precision].join(
    "|",
  );
}

/** An experiment's optimizer as the compiler calls it; any will do where nothing is trained. */
export function optimizerName(training?: Pick<TrainingSpec, "optimizer">): OptimizerName {
  if (training === undefined) return "adamw";
  const { name, factored } = training.optimizer;
  return name === "adafactor" && factored ? "adafactor-factored" : name;
}
