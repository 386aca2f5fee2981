import type { ReadRegion } from "../frontend/onnx_file.ts";
import { classifierFile } from "./classifier_file.ts";
import { inner } from "./classifier_nodes.ts";
import { ClassifierPrelude } from "./classifier_prelude.ts";
import type { ClassifierPrompt } from "./classifier_prompt.ts";
import type { Emitted } from "./emit.ts";
import type { WeightStorage } from "./stored_weights.ts";

/**
 * Bakes a prompt into a classifier that needs nothing but ONNX Runtime: `input_ids` and `attention_mask` int64
 * [batch, sequence] of only the text, as its tokenizer gives them, of any length, padded on either side and with or without
 * special tokens, to `logits` and `probabilities` float32 [batch, classes]. Of a text that is too long the first `room` tokens
 * are read. The weights are copied into the file.
 *
 * @param predict the compiled `predict` graph
 * @param read reads the weights that it refers to
 * @param storage what weights are stored as
 * @throws {CompileError} where the model has no mask to exclude padding that it would read, or is too large
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compileHard, exportClassifier, factsOf, numberFormatOf, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const bytes = await Deno.readFile(path);
 * const float32 = (dims: number[], ...items: number[]) => (
 *   { type: "float32", dims, bytes: new Uint8Array(Float32Array.from(items).buffer) } as const
 * );
 * const int64 = (dims: number[], ...items: bigint[]) => (
 *   { type: "int64", dims, bytes: new Uint8Array(BigInt64Array.from(items).buffer) } as const
 * );
 * const classifier = exportClassifier(
 *   compileHard(bytes, path).predict,
 *   {
 *     // [CLS] text it was [MASK] . [SEP]
 *     before: { ids: [2], counted: [true] },
 *     after: { ids: [135, 166, 4, 54, 3], counted: [true, true, true, true, true] },
 *     promptRows: [],
 *     answerRow: { side: "after", at: 2 },
 *     firstPosition: factsOf(readOnnxFile(bytes, path)).positions!.first,
 *     special: [2, 3],
 *     room: 58,
 *     isCausal: false,
 *     inputs: {},
 *     labelTokens: int64([2, 1], 387n, 307n), // bad, good
 *     labelWeights: float32([2, 1], 1, 1),
 *     shift: float32([2], 0, 0),
 *     temperature: float32([], 1),
 *   },
 *   ({ offset, length }) => bytes.subarray(offset, offset + length),
 * );
 * const file = readOnnxFile(classifier, "classifier.onnx");
 * assertEquals(numberFormatOf(file).weights, "float32");
 * ```
 */
export function exportClassifier(
  predict: Emitted,
  classifier: ClassifierPrompt,
  read: ReadRegion,
  storage: WeightStorage = "float32",
): Uint8Array {
  return classifierFile(predict, classifier, read, storage, {
    prelude: (names) => new ClassifierPrelude(classifier, names),
    score: () => inner("class_logits"),
  });
}
