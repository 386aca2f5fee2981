import type { Pass } from "./passes/pass.ts";
import { absorbFactors } from "./targets/cpu/absorb_factors.ts";
import { repeatLate } from "./targets/cpu/late_repeats.ts";
import { readOneMultiple } from "./targets/cpu/one_multiple.ts";
import { turnProducts } from "./targets/cpu/turn_products.ts";

/** The passes for the CPU, with which a step goes through whole tensors less often. @param simplify the simplification, which is run between them */
export function cpuPasses(simplify: Pass): readonly Pass[] {
  return [
    { name: "repeat late", requires: ["booleans safe"], ensures: [], run: repeatLate },
    { name: "read one multiple", requires: ["booleans safe"], ensures: [], run: readOneMultiple },
    simplify,
    { name: "absorb factors", requires: ["booleans safe", "simplified"], ensures: [], run: absorbFactors },
    { name: "turn products", requires: ["booleans safe"], ensures: [], run: turnProducts },
  ];
}
