import { type Graph, liveNodes, type Node, type Value } from "../../graph/graph.ts";
import { type FactorOf, type Flow, flowAt, isWeightedProduct } from "./factor_flow.ts";

/** What products with weights are multiplied by beyond what their inputs owe. */
export type Scales = ReadonlyMap<Node, number>;

/** A value that has to be multiplied before it is read. */
interface Debt {
  readonly value: Value;
  readonly factor: number;
}

/** The most values that are looked at on the way from a debt to the products that could bear it. */
const REACH = 40;

/**
 * Chooses by what products with weights are multiplied, so that the fewest values have to be multiplied by themselves: the
 * queries' by 1/√d, for example, instead of the scores.
 */
export function planScales(graph: Graph): Scales {
  const nodes = liveNodes(graph);
  const outputs = new Set(graph.outputs.values());
  let scales: Scales = new Map();
  let debts = debtsOf(nodes, outputs, scales);
  const places = new Map(nodes.map((node, i) => [node, i]));
  const tried = new Set<string>();
  for (let next = 0; next < debts.length;) {
    const debt = debts[next]!;
    const better = productsBefore(debt.value).flatMap((product) => {
      const key = `${places.get(product)} ${debt.factor}`;
      if (tried.has(key)) return [];
      tried.add(key);
      const chosen = new Map(scales).set(product, (scales.get(product) ?? 1) * debt.factor);
      const left = debtsOf(nodes, outputs, chosen);
      return left.length < debts.length ? [{ chosen, left }] : [];
    })[0];
    if (better === undefined) {
      next++;
    } else {
      scales = better.chosen;
      debts = better.left;
    }
  }
  return scales;
}

/** The values that have to be multiplied. */
function debtsOf(nodes: readonly Node[], outputs: ReadonlySet<Value>, scales: Scales): readonly Debt[] {
  const factors = new Map<Value, number>();
  const debts = new Map<Value, Set<number>>();
  const owe = (value: Value, factor: number) => debts.set(value, (debts.get(value) ?? new Set()).add(factor));
  const factorOf: FactorOf = (value) => factors.get(value) ?? 1;
  for (const node of nodes) {
    const { factor, owed }: Flow = flowAt(node, factorOf, scales.get(node) ?? 1);
    for (const [at, by] of owed) owe(node.inputs[at]!, by);
    if (factor !== 1) { for (const output of node.outputs) factors.set(output, factor); }
  }
  for (const output of outputs) if (factorOf(output) !== 1) owe(output, factorOf(output));
  return [...debts].flatMap(([value, by]) => [...by].map((factor) => ({ value, factor })));
}

/** The products with weights that a value is computed from by what passes factors on, the nearest first. */
function productsBefore(value: Value): readonly Node[] {
  const found: Node[] = [];
  const visit: Value[] = [value];
  const seen = new Set<Value>(visit);
  for (let next = visit.shift(); next !== undefined && seen.size < REACH; next = visit.shift()) {
    const node = next.producer;
    if (node === undefined) continue;
    if (isWeightedProduct(node)) {
      found.push(node);
      continue;
    }
    if (flowAt(node, () => 2, 1).owed.size > 0) continue;
    for (const input of node.inputs) {
      if (input === null || seen.has(input)) continue;
      seen.add(input);
      visit.push(input);
    }
  }
  return found;
}
