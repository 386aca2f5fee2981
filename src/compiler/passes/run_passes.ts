import type { Graph } from "../graph/graph.ts";
import { verify as verifyGraph } from "../ops/verify.ts";
import type { Pass, PassOptions, Property, StagedGraph } from "./pass.ts";

/** Passes in an order that cannot be right: a fault of the compiler, not of a model. */
export class PassOrderError extends Error {
  override readonly name = "PassOrderError";
}

/** The properties that hold only until the next pass. */
const FLEETING: Property = "simplified";

/** The graph of nothing that the first pass starts from. @param source the model's file, for messages */
export function noGraph(source: string): StagedGraph {
  return { graph: { source, inputs: [], nodes: [], outputs: new Map() }, holds: new Set() };
}

/**
 * Runs passes one after the other.
 *
 * @throws {PassOrderError} where a pass requires a property that does not hold before it
 * @throws {InvalidGraphError} where graphs are verified and a pass leaves one that is not well formed, naming the pass
 * @throws {CompileError} on what in the model cannot be compiled
 */
export function runPasses(
  from: StagedGraph,
  passes: readonly Pass[],
  options: PassOptions = {},
): StagedGraph {
  return passes.reduce((before, pass) => runPass(before, pass, options), from);
}

/** Joins two graphs that were made from the same one. Properties of both hold for the whole, unless they are transient. */
export function joinGraphs(
  one: StagedGraph,
  other: StagedGraph,
  join: (one: Graph, other: Graph) => Graph,
): StagedGraph {
  const holds = [...one.holds].filter((property) => other.holds.has(property) && property !== FLEETING);
  return { graph: join(one.graph, other.graph), holds: new Set(holds) };
}

function runPass({ graph, holds }: StagedGraph, pass: Pass, { onPass, verify }: PassOptions): StagedGraph {
  const lacking = pass.requires.find((property) => !holds.has(property));
  if (lacking !== undefined) {
    throw new PassOrderError(
      `pass '${pass.name}' requires '${lacking}', and before it hold: ${[...holds].join(", ") || "nothing"}`,
    );
  }
  const stats = new Map<string, Map<string, number>>();
  const next = pass.run(graph, (action, to) => {
    const counts = stats.get(action) ?? new Map<string, number>();
    stats.set(action, counts.set(to, (counts.get(to) ?? 0) + 1));
  });
  if (verify) verifyGraph(next, `after pass '${pass.name}'`);
  onPass?.(pass.name, next, stats);
  const kept = [...holds].filter((property) => property !== FLEETING);
  return { graph: next, holds: new Set<Property>([...kept, ...pass.ensures]) };
}
