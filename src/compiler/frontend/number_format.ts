import type { GraphProto } from "onnx-buf";
import { subgraphs } from "./import_attributes.ts";
import type { OnnxFile } from "./onnx_file.ts";

/** The number formats of a model's file. */
export interface NumberFormat {
  /** The coarsest form that a matrix of weights has. */
  readonly weights: "float32" | "float16" | "quantized";
  /** Whether activations are quantized as the model runs, on a scale that depends on all texts of a batch. */
  readonly quantizesActivations: boolean;
}

/** ONNX's numbers of element types: of 16 bits (float16, bfloat16), and of 8 or 4 bits. */
const HALF = new Set([10, 16]);
const QUANTIZED = new Set([2, 3, 21, 22]);

/** Operators that find a scale for activations while they run: DynamicQuantizeLinear, DynamicQuantizeMatMul, DynamicQuantizeLSTM. */
const DYNAMIC = /^DynamicQuantize/;

/**
 * Finds the number formats of a file.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { numberFormatOf, readOnnxFile } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const file = readOnnxFile(await Deno.readFile(path), path);
 * assertEquals(numberFormatOf(file), { weights: "float32", quantizesActivations: false });
 * ```
 */
export function numberFormatOf({ model }: Pick<OnnxFile, "model">): NumberFormat {
  const types = model.graph!.initializer.filter(({ dims }) => dims.length > 1).map(({ dataType }) =>
    dataType
  );
  const operators = [
    ...operatorsIn(model.graph!),
    ...model.functions.flatMap(({ node }) => node.map(({ opType }) => opType)),
  ];
  return {
    weights: types.some((type) => QUANTIZED.has(type))
      ? "quantized"
      : types.some((type) => HALF.has(type))
      ? "float16"
      : "float32",
    quantizesActivations: operators.some((operator) => DYNAMIC.test(operator)),
  };
}

function operatorsIn({ node }: GraphProto): string[] {
  return node.flatMap((one) => [one.opType, ...subgraphs(one).flatMap(operatorsIn)]);
}
