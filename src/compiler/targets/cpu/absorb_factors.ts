import type { Graph, PassLog, Value } from "../../graph/graph.ts";
import { readsOf } from "../../graph/uses.ts";
import { definitionOf } from "../../ops/mod.ts";
import { copyNode, rewrite } from "../../ops/rewrite.ts";
import type { Builder } from "../../ops/builder.ts";
import { isModerate, type Multiple, multipleAt } from "./multiple.ts";
import { addProduct, type PlainProduct, plainProductAt } from "./plain_product.ts";

/**
 * Multiplies by constants inside matrix products, where that costs nothing, instead of going through a whole tensor once more:
 * a multiple of a product, also of one with a bias, is made by the product, and a multiple that only products read is made in
 * each of them. Results stay the same up to rounding.
 */
export function absorbFactors(graph: Graph, log: PassLog = () => {}): Graph {
  const readers = readsOf(graph);
  /** The multiple that a value is, where only products read it. */
  const absorbed = (value: Value) =>
    readers.get(value)!.every((reader) => plainProductAt(reader)) ? multipleAt(value.producer) : undefined;
  /** A product with the constants of its factors and one more, in the new graph; `undefined` where they make a number that is not moderate. */
  const whole = (product: PlainProduct, factor: number, now: (value: Value) => Value) => {
    const [first, second] = product.factors;
    const [a, c] = [absorbed(first), absorbed(second)];
    const alpha = product.alpha * (a?.factor ?? 1) * (c?.factor ?? 1) * factor;
    return isModerate(alpha)
      ? { ...product, factors: [now(a?.of ?? first), now(c?.of ?? second)] as const, alpha }
      : undefined;
  };
  /**
   * A multiple of what a product gives, which may be rearranged and have a bias; `undefined` where it is made of something else, or
   * where something else reads what it is made of.
   */
  const made = (b: Builder, { of, factor }: Multiple, now: (value: Value) => Value): Value | undefined => {
    const node = of.producer;
    if (node === undefined || readers.get(of)!.length > 1) return undefined;
    const further = (value: Value) => made(b, { of: value, factor }, now);
    const product = plainProductAt(node);
    if (product !== undefined) {
      const multiplied = whole(product, factor, now);
      return multiplied && addProduct(b, multiplied);
    }
    const [x, ...others] = node.inputs as readonly [Value, ...Value[]];
    if (definitionOf(node.op).movement !== undefined) {
      const rearranged = further(x);
      return rearranged && copyNode(b, node, [rearranged, ...others.map(now)])[0];
    }
    if (node.op !== "Add") return undefined;
    const [summed, bias] = x.constant === undefined ? [x, others[0]!] : [others[0]!, x];
    const sum = bias.constant && further(summed);
    return sum && b.add(sum, b.multiply(bias, b.scalar(factor)));
  };
  return rewrite(graph, (node, _, b, now) => {
    const product = plainProductAt(node);
    const multiplied = product?.factors.some((factor) => absorbed(factor)) && whole(product, 1, now);
    if (multiplied) {
      log("multiplied inside products", "constants");
      return [addProduct(b, multiplied)];
    }
    const multiple = multipleAt(node);
    const inProduct = multiple && !absorbed(node.outputs[0]!) && made(b, multiple, now);
    if (!inProduct) return undefined;
    log("multiplied inside products", "constants");
    return [inProduct];
  });
}
