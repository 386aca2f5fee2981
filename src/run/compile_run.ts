import type { Compiled, CompiledAnswer, CompiledModel, PrefixGraphs } from "../compiler/mod.ts";
import type { CompileCache } from "../artifacts/compile_cache.ts";
import { type CompileTarget, compileWholeModel } from "../artifacts/compile_model.ts";
import { compileExperiment, compileRowsAfter, optimizerName } from "./compile_experiment.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { ResourceCache } from "./resource_cache.ts";

/** The compiled graphs of a run: for a soft prompt, tuned or not; for a model that is tuned; or for a hard prompt. */
export type RunGraphs =
  | {
    readonly prompt: Compiled;
    /** The graphs that leave out the rows before the prompt, where the run uses them. */
    readonly prefix?: PrefixGraphs | undefined;
    readonly model?: never;
    readonly hard?: never;
  }
  | { readonly prompt?: never; readonly prefix?: never; readonly model: CompiledModel; readonly hard?: never }
  | {
    readonly prompt?: never;
    readonly prefix?: never;
    readonly model?: never;
    readonly hard: CompiledAnswer;
  };

/**
 * Compiles what a run needs of its model.
 *
 * @param cache caches compiled steps of prompts
 * @param leavesRows whether rows before the prompt may be left out of its steps
 */
export async function compileRun(
  prepared: PreparedBase,
  target: CompileTarget,
  cache: CompileCache,
  resources: ResourceCache,
  leavesRows: boolean,
): Promise<RunGraphs> {
  const { experiment: { tune, training }, model } = prepared;
  if (tune === "all") return { model: compileWholeModel(model, optimizerName(training), target) };
  const prompt = await compileExperiment(prepared, target, cache);
  if (prompt === undefined) return { hard: resources.hardGraph(model, target) };
  return { prompt, prefix: leavesRows ? await compileRowsAfter(prepared, target, cache) : undefined };
}
