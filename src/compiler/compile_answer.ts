import type { CompiledAnswer } from "./compiled.ts";
import type { PassOptions, StagedGraph } from "./passes/pass.ts";
import { outputsOfBoth } from "./passes/objective.ts";
import { joinGraphs, runPasses } from "./passes/run_passes.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget, SIMPLIFY } from "./lower_for_target.ts";

/** The forward graphs of a model, each made on demand. */
export interface NarrowedAnswer {
  /** The classes' logits, for which most of the head is left out. */
  readonly classes: () => StagedGraph;
  /** All words' logits. */
  readonly words: () => StagedGraph;
}

/**
 * The graph that gives only class logits, and one that also gives the logits of all words: shared parts are compiled
 * once.
 *
 * @param suffix of the graphs' names
 */
export function compileAnswer(
  { classes, words }: NarrowedAnswer,
  to: LoweringTarget,
  suffix: string,
  options: PassOptions,
): CompiledAnswer {
  const predict = lazy(() => emitForTarget(classes(), to, "answer", `predict${suffix}`, options));
  const answer = lazy(() => {
    const both = joinGraphs(classes(), words(), outputsOfBoth);
    return emitForTarget(runPasses(both, [SIMPLIFY], options), to, "answer", `answer${suffix}`, options);
  });
  return {
    get predict() {
      return predict();
    },
    get answer() {
      return answer();
    },
  };
}
