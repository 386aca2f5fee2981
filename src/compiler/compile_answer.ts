import type { CompiledAnswer } from "./compiled.ts";
import type { Pass, PassOptions, StagedGraph } from "./passes/pass.ts";
import { outputsOfBoth } from "./passes/objective.ts";
import { joinGraphs, runPasses } from "./passes/run_passes.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget, SIMPLIFY } from "./lower_for_target.ts";
import { SCORE_TARGETS } from "./text_pipeline.ts";

/** The forward graphs of a model, each made on demand. */
export interface NarrowedAnswer {
  /** The classes' logits, for which most of the head is left out. */
  readonly classes: () => StagedGraph;
  /** All words' logits. */
  readonly words: () => StagedGraph;
}

/** The forward graphs of a model that answers with text, each made on demand. */
export interface NarrowedText {
  /** The logits that predict a target's tokens. */
  readonly targets: () => StagedGraph;
  /** The logits of the word that comes next. */
  readonly next: () => StagedGraph;
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

/**
 * The graph that scores target texts, and the one that gives the logits of the next word.
 *
 * @param suffix of the graphs' names
 */
export function compileTextAnswer(
  { targets, next }: NarrowedText,
  to: LoweringTarget,
  suffix: string,
  options: PassOptions,
): CompiledAnswer {
  const emitted = (from: () => StagedGraph, passes: readonly Pass[], name: string) =>
    lazy(() => emitForTarget(runPasses(from(), passes, options), to, "answer", `${name}${suffix}`, options));
  const predict = emitted(targets, [SCORE_TARGETS], "predict");
  const answer = emitted(next, [], "answer");
  return {
    get predict() {
      return predict();
    },
    get answer() {
      return answer();
    },
  };
}
