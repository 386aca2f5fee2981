import type { Pass } from "./passes/pass.ts";
import { computeOnDevice } from "./targets/webgpu/compute_on_device.ts";
import { computeInFewerNodes } from "./targets/webgpu/fewer_nodes.ts";
import { legalizeForWebgpu } from "./targets/webgpu/legalize.ts";
import { addWithinNorms, normalizeOnce } from "./targets/webgpu/norms.ts";
import { sumWithinProducts } from "./targets/webgpu/product_sums.ts";
import { multiplyWithinProducts } from "./targets/webgpu/scalar_factors.ts";

const LEGALIZE: Pass = {
  name: "legalize for WebGPU",
  requires: ["booleans safe", "full precision"],
  ensures: ["legal for webgpu"],
  run: (graph, log) => legalizeForWebgpu(graph, log),
};

const COMPUTE_ON_DEVICE: Pass = {
  name: "compute on the device",
  requires: ["legal for webgpu"],
  ensures: [],
  run: computeOnDevice,
};

/** In 16 bits only biases are added within products: sums of gradients stay in 32. */
function sumsWithinProducts(precision: "float32" | "float16"): Pass {
  return {
    name: "sums within products",
    requires: ["legal for webgpu", "full precision", "simplified"],
    ensures: ["sums in products"],
    run: (graph, log) => sumWithinProducts(graph, precision === "float16" ? "biases" : "all", log),
  };
}

const FACTORS_WITHIN_PRODUCTS: Pass = {
  name: "factors within products",
  requires: ["sums in products", "full precision"],
  ensures: [],
  run: multiplyWithinProducts,
};

const NORMALIZE_ONCE: Pass = {
  name: "normalize once",
  requires: ["legal for webgpu"],
  ensures: ["normalized once"],
  run: normalizeOnce,
};

const SUMS_WITHIN_NORMS: Pass = {
  name: "sums within norms",
  requires: ["normalized once"],
  ensures: [],
  run: addWithinNorms,
};

const FEWER_NODES: Pass = {
  name: "fewer nodes",
  requires: ["sums in products", "normalized once"],
  ensures: ["few nodes"],
  run: computeInFewerNodes,
};

/**
 * The passes that express a graph in what has kernels on WebGPU, in as few nodes as they find.
 *
 * @param precision that the graph is computed in later
 * @param simplify finds what is computed twice
 */
export function webgpuPasses(precision: "float32" | "float16", simplify: Pass): readonly Pass[] {
  return [
    LEGALIZE,
    COMPUTE_ON_DEVICE,
    simplify,
    sumsWithinProducts(precision),
    FACTORS_WITHIN_PRODUCTS,
    NORMALIZE_ONCE,
    SUMS_WITHIN_NORMS,
    FEWER_NODES,
  ];
}
