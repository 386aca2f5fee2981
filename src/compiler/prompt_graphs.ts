import { compileAnswer, compileTextAnswer } from "./compile_answer.ts";
import type { AnswerKind, CompiledAnswer, PromptGraphs } from "./compiled.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget } from "./lower_for_target.ts";
import type { LossMean } from "./passes/objective.ts";
import type { OptimizerName } from "./passes/optimizer.ts";
import type { Pass, PassOptions, StagedGraph } from "./passes/pass.ts";
import { runPasses } from "./passes/run_passes.ts";
import { NARROW_TO_CLASSES, NARROW_TO_WORDS, promptStep, READ_ANSWER, textStep } from "./pipeline.ts";
import { READ_NEXT, READ_TARGETS } from "./text_pipeline.ts";

/** The name of the step's graph, and the suffix of the others' names. */
export interface GraphNames {
  readonly step: string;
  readonly suffix: string;
}

/** What is read of the model, and how the prompt is trained. */
export interface PromptTraining {
  readonly answer: AnswerKind;
  readonly loss: LossMean;
  readonly optimizer: OptimizerName;
}

/**
 * The graphs of a prompt, or of a bank of them, each made when it is first read.
 *
 * @param spliced the model with the prompt
 * @param options `onPass` receives the passes that lead to the step
 */
export function promptGraphs(
  spliced: () => StagedGraph,
  { answer, loss, optimizer }: PromptTraining,
  to: LoweringTarget,
  names: GraphNames,
  options: PassOptions,
): PromptGraphs {
  return answer === "text"
    ? textGraphs(spliced, textStep(optimizer, to.precision), to, names, options)
    : wordGraphs(spliced, promptStep(loss, optimizer, to), to, names, options);
}

/** The graphs for answers that are words. @param step from the classes' logits to the training step */
function wordGraphs(
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

/** The graphs for answers that are texts. @param step from the targets' logits on */
function textGraphs(
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
