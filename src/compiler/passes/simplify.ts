import { type Dimension, sameShape } from "../graph/dimension.ts";
import type { Attribute, Graph, Node, Value } from "../graph/graph.ts";
import { definitionOf } from "../ops/mod.ts";
import { permutation } from "../ops/movement.ts";
import { keepNode, rewrite } from "../ops/rewrite.ts";

/**
 * Computes the same with fewer nodes: what is computed twice is computed once, two transposes become one or none, a transpose
 * that keeps the order of elements becomes a reshape, and a reshape or a cast that changes nothing is left out, as is all that
 * no output needs.
 */
export function simplify(graph: Graph): Graph {
  const identities = new Identities();
  const seen = new Map<string, readonly Value[]>();
  return rewrite(graph, (node, inputs, b) => {
    const x = inputs[0] ?? undefined;
    if (x !== undefined && changesNothing(node, x)) return [x];
    const inner = x?.producer;
    if (node.op === "Transpose" && inner?.op === "Transpose") {
      const first = permutation(inner);
      const second = permutation(node);
      return [b.transpose(inner.inputs[0]!, second.map((axis) => first[axis]!))];
    }
    if (node.op === "Transpose" && keepsOrder(x!.shape, permutation(node))) {
      return [b.reshape(x!, node.outputs[0]!.shape)];
    }
    const key = identities.key(node, inputs);
    const before = seen.get(key);
    if (before !== undefined) return before;
    const outputs = keepNode(b, node, inputs);
    seen.set(key, outputs);
    return outputs;
  });
}

/** Whether only axes of size 1 change places, so that the elements stay where they are. */
function keepsOrder(shape: readonly Dimension[], perm: readonly number[]): boolean {
  const long = perm.filter((axis) => shape[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]!);
}

function changesNothing(node: Node, x: Value): boolean {
  const y = node.outputs[0]!;
  const { movement } = definitionOf(node.op);
  if (movement === "view" || movement === "repeat") return sameShape(x.shape, y.shape);
  return node.op === "Cast" && x.type === y.type;
}

/** Names values, so that two nodes that do the same to the same values get the same key. */
class Identities {
  private readonly ids = new Map<Value, number>();

  key(node: Node, inputs: readonly (Value | null)[]): string {
    const attributes = Object.entries(node.attributes).map(([name, value]) => [name, readable(value)]).sort();
    return `${node.op}(${inputs.map((input) => this.of(input)).join(";")})${JSON.stringify(attributes)}`;
  }

  private of(value: Value | null): string {
    if (value === null) return "-";
    if (value.integers !== undefined) {
      return `i:${value.type}:[${value.shape}]:${value.integers.join(",")}`;
    }
    const constant = value.constant;
    if (constant?.bytes && constant.bytes.length <= 8) {
      // Two weights stay two even if they hold the same numbers: any constant but a scalar may be one, so its name is in the key.
      const isNumber = constant.dims.every((extent) => extent === 1);
      return `c:${constant.type}:${constant.dims}:${constant.bytes.join(",")}:${isNumber ? "" : value.name}`;
    }
    if (!this.ids.has(value)) this.ids.set(value, this.ids.size);
    return `v:${this.ids.get(value)}`;
  }
}

function readable(value: Attribute): unknown {
  return typeof value === "object" && "tensor" in value
    ? [value.tensor.type, [...value.tensor.bytes ?? []]]
    : value;
}
