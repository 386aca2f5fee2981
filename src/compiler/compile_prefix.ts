import { promptRows } from "./analysis/prompt_rows.ts";
import type { CompileOptions, PrefixGraphs } from "./compiled.ts";
import { bytesOfConstant, readModelFiles } from "./frontend/onnx_file.ts";
import { lazy } from "./lazy.ts";
import { emitForTarget, type LoweringTarget } from "./lower_for_target.ts";
import { afterPrefix, beforePrompt, keptValues } from "./passes/after_prefix.ts";
import type { OptimizerName } from "./passes/optimizer.ts";
import type { Pass } from "./passes/pass.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import { type Insertion, PROMPT } from "./passes/splice.ts";
import { frontend, splicePrompt } from "./pipeline.ts";
import { promptGraphs } from "./prompt_graphs.ts";

/**
 * Compiles the graphs of a soft prompt that leave out the rows before it, and the one of these rows. They are as {@linkcode compile} makes them otherwise, and made when they are first read.
 *
 * @param bytes the model's ONNX file, which must not change while graphs are made
 * @param path where it lies, for messages and for referring to its weights
 * @returns `undefined` where the graph does not show that no row of a text depends on later ones
 * @throws {CompileError} on anything in the model that cannot be compiled
 */
export function compilePrefix(
  bytes: Uint8Array,
  path: string,
  insertion: Insertion,
  optimizer: OptimizerName,
  {
    onPass,
    verify,
    read,
    target = "cpu",
    precision = "float32",
    answer = "word",
    loss = "plain",
  }: Omit<CompileOptions, "decoder"> = {},
): PrefixGraphs | undefined {
  const file = readModelFiles({ bytes, path }, undefined, read);
  const options = { onPass, verify };
  const to: LoweringTarget = { target, precision };
  const spliced = runPasses(noGraph(path), [...frontend(file), splicePrompt(insertion, "one")], options);
  const { graph } = spliced;
  const prompt = graph.inputs.find(({ name }) => name === PROMPT)!;
  const rows = promptRows(graph, prompt, (constant) => bytesOfConstant(constant, file));
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
  const after = lazy(() => runPasses(spliced, [rowsAfter], options));
  const names = { step: "train_after_prefix", suffix: "_after_prefix" };
  const graphs = promptGraphs(after, { answer, loss, optimizer }, to, names, options);
  const before = lazy(() =>
    emitForTarget(runPasses(spliced, [rowsBefore], options), to, "embed", "before_prompt", options)
  );
  return {
    axes: Object.fromEntries(kept.map(({ name, axis }) => [name, axis])),
    get before() {
      return before();
    },
    get train() {
      return graphs.train;
    },
    get answer() {
      return answer === "text" ? graphs.predict : graphs.answer;
    },
  };
}
