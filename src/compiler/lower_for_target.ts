import { emit, type Emitted } from "./backend/emit.ts";
import { mixedPrecision } from "./passes/mixed_precision.ts";
import type { Contract, Pass, PassOptions, Property, StagedGraph } from "./passes/pass.ts";
import { checkOrder, runPasses } from "./passes/run_passes.ts";
import { simplify } from "./passes/simplify.ts";
import { broadcastBooleans } from "./targets/webgpu/broadcast_booleans.ts";
import { cpuPasses } from "./cpu_passes.ts";
import { webgpuPasses } from "./webgpu_passes.ts";

/** The target of graphs: the CPU provider, native or as WebAssembly, or the one for WebGPU. Each runs the other's graphs, but more slowly. */
export type Target = "cpu" | "webgpu";

/** The precision of a frozen model: `float16` applies to its products, not to norms, softmax or any part of the prompt. */
export type Precision = "float32" | "float16";

/** The target and the precision that a graph is lowered to. */
export interface LoweringTarget {
  readonly target: Target;
  readonly precision: Precision;
}

/** The same with fewer nodes. */
export const SIMPLIFY: Pass = {
  name: "simplify",
  requires: ["made"],
  ensures: ["simplified"],
  run: simplify,
};

/** What a graph that is written is for. */
export type Purpose = "train" | "answer" | "embed" | "encode" | "choose";

/** What must hold of a graph for its purpose. */
const REQUIRED_FOR: Readonly<Record<Purpose, readonly Property[]>> = {
  train: ["updated"],
  answer: ["narrowed"],
  embed: [],
  encode: [],
  choose: [],
};

/** Lowers a graph to operators that its target computes right, in the precision asked for, and writes it. */
export function emitForTarget(
  from: StagedGraph,
  to: LoweringTarget,
  purpose: Purpose,
  name: string,
  options: PassOptions,
): Emitted {
  const passes = lowerForTarget(to);
  checkOrder(from.holds, [...passes, emission(to, purpose)]);
  // A buffer has a largest size on WebGPU, which a weight may not fit as a whole, but its parts do.
  const slicesAtRun = to.target !== "webgpu";
  return emit(runPasses(from, passes, options).graph, name, slicesAtRun);
}

/** What a graph must be to be written for a target and a purpose: the file is run as it is. */
export function emission({ target, precision }: LoweringTarget, purpose: Purpose): Contract {
  return {
    name: "emit",
    requires: [
      "made",
      "gradient unscaled",
      "booleans safe",
      ...(target === "webgpu" ? ["legal for webgpu", "few nodes"] as const : []),
      precision === "float16" ? "half precision" : "full precision",
      ...REQUIRED_FOR[purpose],
      "simplified",
    ],
    ensures: [],
  };
}

/** The passes that lower a graph to a target. */
export function lowerForTarget({ target, precision }: LoweringTarget): readonly Pass[] {
  return [
    {
      name: "broadcast booleans",
      requires: ["made", "not lowered"],
      ensures: ["booleans safe"],
      ends: ["not lowered"],
      run: broadcastBooleans,
    },
    ...(target === "webgpu" ? webgpuPasses(precision, SIMPLIFY) : cpuPasses(SIMPLIFY)),
    ...(precision === "float16" ? [SIMPLIFY, MIXED_PRECISION] : []),
    SIMPLIFY,
  ];
}

const MIXED_PRECISION: Pass = {
  name: "mixed precision",
  requires: ["booleans safe", "full precision", "simplified"],
  ensures: ["half precision"],
  ends: ["full precision"],
  run: mixedPrecision,
};
