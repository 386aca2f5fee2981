import { compileAnswer, compileTextAnswer, type NarrowedAnswer } from "./compile_answer.ts";
import type { CompiledAnswer, CompileOptions } from "./compiled.ts";
import { type OnnxFile, readModelFiles } from "./frontend/onnx_file.ts";
import { lazy } from "./lazy.ts";
import type { PassOptions } from "./passes/pass.ts";
import { noGraph, runPasses } from "./passes/run_passes.ts";
import { frontend, NARROW_TO_CLASSES, NARROW_TO_WORDS, READ_ANSWER } from "./pipeline.ts";
import { READ_NEXT, READ_TARGETS } from "./text_pipeline.ts";

/**
 * Compiles a model without a prompt, for hard prompts. Its graphs are made when they are first read.
 *
 * @param bytes the model's ONNX file, which must not change while graphs are made
 * @param path where it lies, for messages and for referring to its weights
 * @throws {CompileError} on anything in the model that cannot be compiled
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileHard } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const { predict } = compileHard(await Deno.readFile(path), path, { target: "webgpu" });
 * assertEquals(predict.weights.get("model.onnx"), path);
 * ```
 */
export function compileHard(
  bytes: Uint8Array,
  path: string,
  { onPass, verify, read, decoder, target = "cpu", precision = "float32", answer: kind = "word" }: Omit<
    CompileOptions,
    "loss"
  > = {},
): CompiledAnswer {
  const file = readModelFiles({ bytes, path }, decoder, read);
  const to = { target, precision };
  if (kind === "word") return compileAnswer(readAnswers(file, { onPass, verify }), to, "_hard", { verify });
  const whole = runPasses(noGraph(path), frontend(file), { onPass, verify });
  const targets = lazy(() => runPasses(whole, READ_TARGETS, { onPass, verify }));
  const next = lazy(() => runPasses(whole, READ_NEXT, { verify }));
  return compileTextAnswer({ targets, next }, to, "_hard", { verify });
}

/**
 * The forward graphs of a model for hard prompts.
 *
 * @throws {CompileError} where the graph is not a language model that the compiler supports
 */
export function readAnswers(file: OnnxFile, options: PassOptions): NarrowedAnswer {
  const whole = runPasses(noGraph(file.path), [...frontend(file), READ_ANSWER], options);
  return {
    classes: lazy(() => runPasses(whole, [NARROW_TO_CLASSES], options)),
    words: lazy(() => runPasses(whole, [NARROW_TO_WORDS], { verify: options.verify })),
  };
}
