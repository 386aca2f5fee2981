import { type Graph, liveNodes, type Node, type Value } from "../../graph/graph.ts";
import { type FactorOf, type FactorPlan, flowAt, isWeightedProduct, usualFactor } from "./factor_flow.ts";

/** A value that has to be multiplied before it is read. */
interface Debt {
  readonly value: Value;
  readonly factor: number;
}

/** The most values that are looked at on the way from a debt to the products that could bear it. */
const REACH = 40;

const NOTHING: FactorPlan = { scales: new Map(), kept: new Set() };

/**
 * Chooses by what products with weights are multiplied, so that the fewest values have to be multiplied by themselves: the
 * queries' by 1/√d, for example, instead of the scores. Multiplications that are no fewer for that stay where they are.
 */
export function planFactors(graph: Graph): FactorPlan {
  const nodes = liveNodes(graph);
  const multiplying = new Set(nodes.filter((node) => usualFactor(node) !== undefined));
  const debtsIn = (plan: FactorPlan) => debtsOf(nodes, multiplying, graph.outputs.values(), plan);
  const scales = chosenScales(nodes, debtsIn);
  let plan: FactorPlan = { scales, kept: NOTHING.kept };
  let cost = debtsIn(plan).length;
  for (const node of multiplying) {
    const keeping = { scales, kept: new Set(plan.kept).add(node) };
    const whole = debtsIn(keeping).length + keeping.kept.size;
    if (whole > cost) continue;
    plan = keeping;
    cost = whole;
  }
  return plan;
}

function chosenScales(
  nodes: readonly Node[],
  debtsIn: (plan: FactorPlan) => readonly Debt[],
): ReadonlyMap<Node, number> {
  let scales = NOTHING.scales;
  let debts = debtsIn(NOTHING);
  const places = new Map(nodes.map((node, at) => [node, at]));
  const tried = new Set<string>();
  for (let next = 0; next < debts.length;) {
    const { value, factor } = debts[next]!;
    const better = productsBefore(value).map((product) => {
      const key = `${places.get(product)} ${factor}`;
      if (tried.has(key)) return undefined;
      tried.add(key);
      const chosen = new Map(scales).set(product, (scales.get(product) ?? 1) * factor);
      const left = debtsIn({ scales: chosen, kept: NOTHING.kept });
      return left.length < debts.length ? { chosen, left } : undefined;
    }).find((one) => one !== undefined);
    if (better === undefined) {
      next++;
    } else {
      scales = better.chosen;
      debts = better.left;
    }
  }
  return scales;
}

/** The values that have to be multiplied. @param multiplying the nodes that multiply by a number, as long as they are not kept */
function debtsOf(
  nodes: readonly Node[],
  multiplying: ReadonlySet<Node>,
  outputs: Iterable<Value>,
  plan: FactorPlan,
): readonly Debt[] {
  const factors = new Map<Value, number>();
  const debts = new Map<Value, Set<number>>();
  const owe = (value: Value, factor: number) => debts.set(value, (debts.get(value) ?? new Set()).add(factor));
  const factorOf: FactorOf = (value) => factors.get(value) ?? 1;
  for (const node of nodes) {
    const makesOne = plan.scales.has(node) || (multiplying.has(node) && !plan.kept.has(node));
    if (!makesOne && !node.inputs.some((input) => input !== null && factors.has(input))) continue;
    const { factor, owed } = flowAt(node, factorOf, plan);
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
    if (flowAt(node, () => 2, NOTHING).owed.size > 0) continue;
    for (const input of node.inputs) {
      if (input === null || seen.has(input)) continue;
      seen.add(input);
      visit.push(input);
    }
  }
  return found;
}
