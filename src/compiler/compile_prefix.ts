import { promptRows } from "./analysis/prompt_rows.ts";
import type { PrefixGraphs } from "./compiled.ts";
import type { Constant } from "./graph/graph.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget, SIMPLIFY } from "./lower_for_target.ts";
import { afterPrefix, beforePrompt, keptValues } from "./passes/after_prefix.ts";
import { outputsOfBoth } from "./passes/objective.ts";
import type { Pass, PassOptions, StagedGraph } from "./passes/pass.ts";
import { joinGraphs, runPasses } from "./passes/run_passes.ts";
import { PROMPT } from "./passes/splice.ts";
import { NARROW_TO_CLASSES, NARROW_TO_WORDS, READ_ANSWER } from "./pipeline.ts";

/**
 * The graphs of a prompt that leave out the rows before it, and the one of these rows.
 *
 * @param spliced the model with one prompt
 * @param step from the classes' logits to the training step
 * @param read reads constants, for masks
 * @returns `undefined` where the graph does not show that no row depends on later ones
 */
export function compilePrefix(
  spliced: StagedGraph,
  step: readonly Pass[],
  read: (constant: Constant) => Uint8Array | undefined,
  to: LoweringTarget,
  options: PassOptions,
): PrefixGraphs | undefined {
  const { graph } = spliced;
  const rows = promptRows(graph, graph.inputs.find(({ name }) => name === PROMPT)!, read);
  const kept = rows && keptValues(graph, rows);
  if (rows === undefined || kept === undefined) return undefined;
  const rowsBefore: Pass = {
    name: "before prompt",
    requires: ["prompt spliced", "token logits", "not lowered"],
    ensures: [],
    ends: ["token logits", "prompt spliced"],
    run: (whole) => beforePrompt(whole, rows, kept),
  };
  const rowsAfter: Pass = {
    name: "after prefix",
    requires: ["prompt spliced", "token logits", "not lowered"],
    ensures: [],
    run: (whole, log) => afterPrefix(whole, rows, kept, log),
  };
  const answered = lazy(() => runPasses(spliced, [rowsAfter, READ_ANSWER], options));
  const classes = lazy(() => runPasses(answered(), [NARROW_TO_CLASSES], options));
  const before = lazy(() =>
    emitForTarget(runPasses(spliced, [rowsBefore], options), to, "embed", "before_prompt", options)
  );
  const train = lazy(() =>
    emitForTarget(runPasses(classes(), step, options), to, "train", "train_after_prefix", options)
  );
  const answer = lazy(() => {
    const words = runPasses(answered(), [NARROW_TO_WORDS], options);
    const both = runPasses(joinGraphs(classes(), words, outputsOfBoth), [SIMPLIFY], options);
    return emitForTarget(both, to, "answer", "answer_after_prefix", options);
  });
  return {
    axes: Object.fromEntries(kept.map(({ name, axis }) => [name, axis])),
    get before() {
      return before();
    },
    get train() {
      return train();
    },
    get answer() {
      return answer();
    },
  };
}
