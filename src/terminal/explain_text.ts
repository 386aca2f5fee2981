import {
  evaluate,
  fallbacks,
  type Graph,
  type Insertion,
  liveNodes,
  matrixFlops,
  type OnPass,
  type OptimizerName,
  type PassStats,
  savedActivationBytes,
} from "../compiler/mod.ts";
import { compileModel, type CompileTarget, valuesBeforePrompt } from "../artifacts/compile_model.ts";
import { tableLines } from "./table.ts";
import type { ModelGraph } from "../model/open_model.ts";

/** The sizes at which operations are counted. */
const SIZES = { batch: 32, sequence: 64, length: 20, classes: 2, words: 4, target: 8 };

/** What the compiler did, in order. */
export interface Explanation {
  readonly passes: readonly {
    readonly pass: string;
    readonly nodes: number;
    /** Of the matrix products at the sizes below, in 10^9 operations. */
    readonly gflop: number;
    /** The largest changes in the numbers of operators. */
    readonly changes: string;
  }[];
  /** What was lowered, recognised and removed, operator by operator, and what falls back to the CPU. */
  readonly notes: readonly string[];
  /** The sizes at which operations are counted. */
  readonly sizes: typeof SIZES;
  /** At these sizes. */
  readonly savedActivationBytes: number;
}

/**
 * What the compiler did, pass by pass: nodes, operations of the matrix products, changes in operators; then what was lowered,
 * recognised and removed, operator by operator. The graph is verified after each pass.
 */
export function explain(
  model: ModelGraph,
  insertion: Insertion,
  optimizer: OptimizerName,
  form: CompileTarget,
): Explanation {
  const passes: Explanation["passes"][number][] = [];
  const details: string[] = [];
  let last: Graph | undefined;
  let before = new Map<string, number>();
  const onPass: OnPass = (pass, graph, stats) => {
    const counts = countOperators(graph);
    const gflop = evaluate(matrixFlops(graph), SIZES) / 1e9;
    passes.push({ pass, nodes: liveNodes(graph).length, gflop, changes: changes(before, counts) });
    before = counts;
    last = graph;
    for (const line of sentences(stats)) details.push(`${pass}: ${line}`);
  };
  compileModel(model, insertion, optimizer, { ...form, onPass, verify: true });
  return {
    passes,
    notes: [
      ...details,
      form.target === "webgpu"
        ? fallbackLine(last!)
        : beforePromptLine(valuesBeforePrompt(model, insertion, optimizer)),
    ],
    sizes: SIZES,
    savedActivationBytes: evaluate(savedActivationBytes(last!), SIZES),
  };
}

/** An explanation for the terminal. @param columns the terminal's width, where there is one */
export function explanationLines(
  { passes, notes, sizes, savedActivationBytes: saved }: Explanation,
  columns: number | undefined,
): string[] {
  const rows = passes.map(({ pass, nodes, gflop, changes }) => [
    pass,
    String(nodes),
    gflop.toFixed(2),
    changes,
  ]);
  const counted = Object.entries(sizes).map(([name, size]) => `${name} ${size}`).join(", ");
  return [
    ...tableLines(["pass", "nodes", "GFLOP", "operators, by the largest change"], rows, columns),
    "",
    ...notes,
    ...(notes.length > 0 ? [""] : []),
    `GFLOP: matrix products at ${counted}`,
    `activations saved for the backward pass, at these sizes: ${(saved / 2 ** 20).toFixed(0)} MiB`,
  ];
}

/** Whether texts before a prompt need computing in each step. @param values what later rows read of each row before the prompt */
function beforePromptLine(values: number | undefined): string {
  return values === undefined
    ? "rows before the prompt: they may depend on later ones, and are computed in each step"
    : `rows before the prompt: they depend on no later ones; steps with texts there leave them out, and read ${values} of their keys and values`;
}

/** The nodes of the step for which WebGPU has no kernel. */
function fallbackLine(step: Graph): string {
  const nodes = fallbacks(step).map(({ op, name }) => name ? `${bare(op)} (${name})` : bare(op));
  return nodes.length === 0
    ? "on WebGPU nothing falls back to the CPU except arithmetic on shapes and token ids"
    : `on WebGPU ${nodes.length} nodes fall back to the CPU: ${nodes.join(", ")}`;
}

function countOperators(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of liveNodes(graph)) counts.set(op, (counts.get(op) ?? 0) + 1);
  return counts;
}

/** `recognised 10 LayerNormalization, 5 Gelu` */
function sentences(stats: PassStats): string[] {
  return [...stats].map(([action, counts]) => {
    const most = [...counts].sort(([, a], [, b]) => b - a);
    return `${action} ${most.map(([op, count]) => `${count} ${bare(op)}`).join(", ")}`;
  });
}

/** An operator without its domain. */
function bare(op: string): string {
  return op.replace(/^com\.microsoft\./, "");
}

/** `+10 LayerNormalization, -20 ReduceMean, …` */
function changes(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((op) => ({ op, change: (after.get(op) ?? 0) - (before.get(op) ?? 0) }))
    .filter(({ change }) => change !== 0)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, 5)
    .map(({ op, change }) => `${change > 0 ? "+" : "-"}${Math.abs(change)} ${bare(op)}`)
    .join(", ");
}
