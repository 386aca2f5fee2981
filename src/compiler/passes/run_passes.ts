import type { Graph } from "../graph/graph.ts";
import { verify as verifyGraph } from "../ops/verify.ts";
import type { Contract, Pass, PassOptions, Property, StagedGraph } from "./pass.ts";

/** Passes in an order that cannot be right: a fault of the compiler, not of a model. */
export class PassOrderError extends Error {
  override readonly name = "PassOrderError";
}

/** The properties that hold only until the next pass. */
const FLEETING: Property = "simplified";

/** The graph of nothing that the first pass starts from. @param source the model's file, for messages */
export function noGraph(source: string): StagedGraph {
  return { graph: { source, inputs: [], nodes: [], outputs: new Map() }, holds: new Set(["no graph"]) };
}

/**
 * The properties that hold after some steps, none of which is run.
 *
 * @param holds the properties before the first
 * @throws {PassOrderError} where a step requires a property that does not hold before it, or ensures one that does
 */
export function checkOrder(holds: ReadonlySet<Property>, steps: readonly Contract[]): ReadonlySet<Property> {
  return steps.reduce(holdsAfter, holds);
}

/**
 * Runs passes one after the other. Their order is checked before the first one runs.
 *
 * @throws {PassOrderError} where a pass requires a property that does not hold before it, or ensures one that does
 * @throws {InvalidGraphError} where graphs are verified and a pass leaves one that is not well formed, naming the pass
 * @throws {CompileError} on what in the model cannot be compiled
 */
export function runPasses(
  from: StagedGraph,
  passes: readonly Pass[],
  options: PassOptions = {},
): StagedGraph {
  checkOrder(from.holds, passes);
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
  const stats = new Map<string, Map<string, number>>();
  const next = pass.run(graph, (action, to) => {
    const counts = stats.get(action) ?? new Map<string, number>();
    stats.set(action, counts.set(to, (counts.get(to) ?? 0) + 1));
  });
  if (verify) verifyGraph(next, `after pass '${pass.name}'`);
  onPass?.(pass.name, next, stats);
  return { graph: next, holds: holdsAfter(holds, pass) };
}

/** The properties after a step. */
function holdsAfter(
  holds: ReadonlySet<Property>,
  { name, requires, ensures, ends = [] }: Contract,
): ReadonlySet<Property> {
  const lacking = requires.find((property) => !holds.has(property));
  if (lacking !== undefined) {
    const before = [...holds].join(", ") || "nothing";
    throw new PassOrderError(`pass '${name}' requires '${lacking}', and before it hold: ${before}`);
  }
  const kept = [...holds].filter((property) => property !== FLEETING && !ends.includes(property));
  const twice = ensures.find((property) => holds.has(property));
  if (twice !== undefined) {
    throw new PassOrderError(`pass '${name}' ensures '${twice}', which holds before it`);
  }
  return new Set([...kept, ...ensures]);
}
