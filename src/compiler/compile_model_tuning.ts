import { compileAnswer, type NarrowedAnswer } from "./compile_answer.ts";
import { readAnswers } from "./compile_hard.ts";
import type { CompiledModel, CompileOptions, Parameter } from "./compiled.ts";
import { separateEqualWeights } from "./frontend/equal_weights.ts";
import { type OnnxFile, readOnnxFile } from "./frontend/onnx_file.ts";
import { floats, type ModelParameters, parametersOf } from "./frontend/parameters.ts";
import { CompileError } from "./graph/errors.ts";
import type { Value } from "./graph/graph.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget } from "./lower_for_target.ts";
import { WeightInputs } from "./passes/model_tuning.ts";
import { modelState, type OptimizerName } from "./passes/optimizer.ts";
import { runPasses } from "./passes/run_passes.ts";
import { feedWeightsTo, modelStep } from "./pipeline.ts";

/**
 * Compiles a training step of the whole model, with a hard prompt: model tuning, with which prompt tuning is compared
 * (Lester et al. 2021, §2). The step is made now; the other graphs are made when they are first read.
 *
 * @param bytes the model's ONNX file, which must not change while graphs are made
 * @param path where it lies, for messages and for referring to its weights
 * @throws {CompileError} on anything in the model that cannot be compiled, or weights that are not float32
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileModelTuning } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const { parameters } = compileModelTuning(await Deno.readFile(path), path, "adamw");
 * const words = parameters.find(({ dims: [rows] }) => rows === 8192);
 * assertEquals(words?.start.length, 8192 * 256);
 * ```
 */
export function compileModelTuning(
  bytes: Uint8Array,
  path: string,
  optimizer: OptimizerName,
  { onPass, verify, read, target = "cpu", loss = "plain" }: Omit<CompileOptions, "precision"> = {},
): CompiledModel {
  const file = separateEqualWeights(readOnnxFile(bytes, path, read));
  const constant = readAnswers(file, { onPass, verify });
  const parameters = parametersOf(file);
  const weights = new WeightInputs(parameters);
  const to: LoweringTarget = { target, precision: "float32" };
  const feed = feedWeightsTo(weights);
  const fed: NarrowedAnswer = {
    classes: lazy(() => runPasses(constant.classes(), [feed], { onPass, verify })),
    words: lazy(() => runPasses(constant.words(), [feed], { verify })),
  };
  const step = runPasses(fed.classes(), modelStep(loss, optimizer, weights), { onPass, verify });
  const tuned = weights.of(step.graph).filter(({ name }) => step.graph.outputs.has(`${name}_next`));
  const answer = compileAnswer(fed, to, "_model", { verify });
  return {
    parameters: tuned.map((weight) => parameterOf(weight, parameters, file)),
    state: modelState(optimizer, tuned),
    train: emitForTarget(step, to, "train", "train_model", { onPass, verify }),
    get predict() {
      return answer.predict;
    },
    get answer() {
      return answer.answer;
    },
  };
}

/** A weight with a copy of its numbers: the file's bytes may be freed before it is tuned. */
function parameterOf({ name, shape }: Value, { own }: ModelParameters, file: OnnxFile): Parameter {
  const start = floats(own.get(name)!, file);
  if (start === undefined) throw new CompileError(`the bytes of '${name}' in ${file.path} cannot be read`);
  return { name, dims: shape as readonly number[], start: start.slice() };
}
