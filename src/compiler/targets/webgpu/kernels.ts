import { type Graph, liveNodes, type Node } from "../../graph/graph.ts";

/** Operators on floats or truths that ONNX Runtime's WebGPU provider (1.30) has no kernel for, of those that graphs here hold. */
const WITHOUT_KERNEL = new Set([
  ...["Round", "Sign", "Mod", "IsInf", "IsNaN", "Or", "Xor", "OneHot"],
  ...["QuantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "com.microsoft.FusedMatMul"],
]);

/** Operators that have a kernel, but none for truths. */
export const NOT_FOR_BOOLEANS = new Set([
  "Gather",
  "GatherND",
  "GatherElements",
  "Transpose",
  "Slice",
  "Tile",
]);

/**
 * The nodes of a graph that ONNX Runtime would compute on the CPU on WebGPU, fetching what the GPU has computed. Arithmetic on
 * shapes and token ids, which are on the CPU to begin with, is not among them.
 */
export function fallbacks(graph: Graph): Node[] {
  return liveNodes(graph).filter(({ op, inputs }) => {
    const types = inputs.filter((input) => input?.producer !== undefined).map((input) => input!.type);
    const computed = types.filter((type) => type === "float32" || type === "float16" || type === "bool");
    if (WITHOUT_KERNEL.has(op)) return computed.length > 0 || op === "OneHot";
    return NOT_FOR_BOOLEANS.has(op) && types[0] === "bool";
  });
}
