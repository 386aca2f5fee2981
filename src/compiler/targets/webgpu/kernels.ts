import type { ElementType } from "../../graph/element_types.ts";
import { type Graph, liveNodes, type Node } from "../../graph/graph.ts";
import { definitionOf } from "../../ops/mod.ts";

/**
 * The nodes of a graph that ONNX Runtime's WebGPU provider would compute on the CPU, copying what the GPU has computed.
 * Arithmetic on shapes and token ids, which are on the CPU anyway, is not among them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compile, fallbacks, type Graph } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const passes: Graph[] = [];
 * compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
 *   target: "webgpu",
 *   onPass: (_pass, graph) => passes.push(graph),
 * });
 * assertEquals(fallbacks(passes.at(-1)!), []);
 * ```
 */
export function fallbacks(graph: Graph): Node[] {
  return liveNodes(graph).filter(({ op, inputs, outputs }) => {
    const computed = inputs.filter((input) => input?.producer !== undefined).map((input) => input!.type);
    const { webgpuLacks } = definitionOf(op);
    // Real numbers that are made of whole ones (OneHot) are on the GPU, too.
    if (webgpuLacks === "kernel") return [...computed, ...outputs.map(({ type }) => type)].some(isOnGpu);
    return webgpuLacks === "boolean kernel" && computed[0] === "bool";
  });
}

/** Whether tensors of a type are on the GPU: whole numbers are shapes and token ids. */
function isOnGpu(type: ElementType): boolean {
  return type === "float32" || type === "float16" || type === "bool";
}
