import type { Compiled, CompiledAnswer, CompiledModel } from "../compiler/mod.ts";
import type { CompileCache } from "../artifacts/compile_cache.ts";
import { type CompileTarget, compileWholeModel } from "../artifacts/compile_model.ts";
import { compileExperiment, optimizerName } from "./compile_experiment.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** The compiled graphs of a run: for a soft prompt, tuned or not; for a model that is tuned; or for a hard prompt. */
export type RunGraphs =
  | { readonly prompt: Compiled; readonly model?: never; readonly hard?: never }
  | { readonly prompt?: never; readonly model: CompiledModel; readonly hard?: never }
  | { readonly prompt?: never; readonly model?: never; readonly hard: CompiledAnswer };

/**
 * Compiles what a run needs of its model.
 *
 * @param cache caches compiled steps of prompts
 */
export async function compileRun(
  prepared: PreparedBase,
  target: CompileTarget,
  cache: CompileCache,
  resources: ResourceCache,
): Promise<RunGraphs> {
  const { experiment: { tune, training }, model } = prepared;
  if (tune === "all") return { model: compileWholeModel(model, optimizerName(training), target) };
  const prompt = await compileExperiment(prepared, target, cache);
  return prompt ? { prompt } : { hard: resources.hardGraph(model, target) };
}
