import type { CompileOptions, PromptGraphs } from "./compiled.ts";
import { readModelFiles } from "./frontend/onnx_file.ts";
import type { OptimizerName } from "./passes/optimizer.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import type { Insertion } from "./passes/splice.ts";
import { frontend, splicePrompt } from "./pipeline.ts";
import { promptGraphs } from "./prompt_graphs.ts";

/**
 * Compiles the graphs of a bank, several soft prompts side by side. They are as {@linkcode compile} makes those of one prompt
 * otherwise, and made when they are first read.
 *
 * @param bytes the model's ONNX file, which must not change while graphs are made
 * @param path where it lies, for messages and for referring to its weights
 * @throws {CompileError} on anything in the model that cannot be compiled
 */
export function compileBank(
  bytes: Uint8Array,
  path: string,
  insertion: Insertion,
  optimizer: OptimizerName,
  {
    onPass,
    verify,
    read,
    decoder,
    target = "cpu",
    precision = "float32",
    answer = "word",
    loss = "plain",
  }: CompileOptions = {},
): PromptGraphs {
  const file = readModelFiles({ bytes, path }, decoder, read);
  const options = { onPass, verify };
  const spliced = runPasses(noGraph(path), [...frontend(file), splicePrompt(insertion, "bank")], options);
  const names = { step: "train_bank", suffix: "_bank" };
  return promptGraphs(() => spliced, { answer, loss, optimizer }, { target, precision }, names, options);
}
