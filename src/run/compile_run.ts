import type { Compiled, CompiledAnswer, CompiledModel, PrefixGraphs, PromptGraphs } from "../compiler/mod.ts";
import type { CompileCache } from "../artifacts/compile_cache.ts";
import { type CompileTarget, compileWholeModel } from "../artifacts/compile_model.ts";
import type { Device } from "../device/device.ts";
import {
  compileExperiment,
  compileExperimentBank,
  compileRowsAfter,
  optimizerName,
} from "./compile_experiment.ts";
import type { PreparedBase } from "./complete_prepared.ts";
import type { RunContext } from "./context.ts";

/** The compiled graphs of a run with a soft prompt. */
export interface SoftGraphs {
  readonly prompt: Compiled;
  /** The graphs of a bank, where the run's steps are fused with those of others, or several prompts vote. */
  readonly bank?: PromptGraphs | undefined;
  /** The graphs that leave out the rows before the prompt, where the run uses them. */
  readonly prefix?: PrefixGraphs | undefined;
  readonly model?: never;
  readonly hard?: never;
}

/** The compiled graphs of a run: for a soft prompt, tuned or not; for a model that is tuned; or for a hard prompt. */
export type RunGraphs =
  | SoftGraphs
  | { readonly prompt?: never; readonly bank?: never; readonly prefix?: never }
    & (
      | { readonly model: CompiledModel; readonly hard?: never }
      | { readonly model?: never; readonly hard: CompiledAnswer }
    );

/**
 * Compiles what a run needs of its model.
 *
 * @param device that it will run on
 * @param cache caches compiled steps of prompts
 */
export async function compileRun(
  prepared: PreparedBase,
  target: CompileTarget,
  { kind }: Pick<Device, "kind">,
  cache: CompileCache,
  { resources, slot }: Pick<RunContext, "resources" | "slot">,
): Promise<RunGraphs> {
  const { experiment: { tune, training, ensemble }, model } = prepared;
  if (tune === "all") return { model: compileWholeModel(model, optimizerName(training), target) };
  const prompt = await compileExperiment(prepared, target, cache);
  if (prompt === undefined) return { hard: resources.hardGraph(model, target) };
  // Steps that are recorded, or fused with those of other runs, are over whole texts.
  if (slot || ensemble) return { prompt, bank: await compileExperimentBank(prepared, target, cache) };
  return { prompt, prefix: kind === "cpu" ? await compileRowsAfter(prepared, target, cache) : undefined };
}

/** The graphs of a run's bank. @throws {TypeError} where it was compiled without them */
export function bankOf({ bank }: Pick<RunGraphs, "bank">): PromptGraphs {
  if (bank === undefined) throw new TypeError("the run was compiled without the graphs of a bank");
  return bank;
}
