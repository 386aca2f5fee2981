/**
 * The table of fused operators: one lowering for each operator, by its name, prefixed with its domain where that is not ONNX's
 * own. They are lowered as they are imported, so that no later pass meets them.
 */
import { ownEntry } from "../graph/own_entry.ts";
import { attentions } from "./attention.ts";
import { einsum } from "./einsum.ts";
import type { Application, Lowering } from "./lowering.ts";
import { activationsAndNorms } from "./norm.ts";
import { dequantizedWeights, isPacked } from "./packed_weights.ts";
import { quantizedProducts } from "./quantized.ts";
import { rotaryEmbeddings } from "./rotary.ts";

export const LOWERINGS: Readonly<Record<string, Lowering>> = {
  ...activationsAndNorms,
  ...attentions,
  ...rotaryEmbeddings,
  ...quantizedProducts,
  Einsum: einsum,
};

/** The lowering of an operator; `undefined` where it stays, as it has a row. */
export function loweringOf({ op, inputs, attributes }: Application): Lowering | undefined {
  if (op === "DequantizeLinear") return isPacked({ inputs, attributes }) ? dequantizedWeights : undefined;
  return ownEntry(LOWERINGS, op);
}
