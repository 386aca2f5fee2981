import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
} from "onnx-buf";
import { checkBudget } from "../graph/budget.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import type { PassLog } from "../graph/graph.ts";
import { CountedNames } from "./counted_names.ts";

/** Functions may call functions, but not themselves: nesting deeper than this is taken for recursion. */
const DEEPEST = 64;

/**
 * The main graph of a model with the functions that the file itself defines (as exporters do for their own operators)
 * inlined where they are called, under unique names.
 *
 * @throws {CompileError} where a function calls itself, or there are more nodes than the compiler works on
 */
export function inlineFunctions({ graph, functions }: ModelProto, log: PassLog): GraphProto {
  if (functions.length === 0) return graph!;
  const table = new Map(functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  return new Inlining(table, log).graph(graph!, (name) => name, new Map(), 0);
}

type Rename = (name: string) => string;

/** The attributes that a call gives to a function, by name. */
type Arguments = ReadonlyMap<string, AttributeProto>;

class Inlining {
  private calls = 0;
  private made = 0;
  private readonly names = new CountedNames();

  constructor(
    private readonly functions: ReadonlyMap<string, FunctionProto>,
    private readonly log: PassLog,
  ) {}

  graph(graph: GraphProto, rename: Rename, given: Arguments, depth: number): GraphProto {
    return create(GraphProtoSchema, {
      name: graph.name,
      input: graph.input,
      node: this.nodes(graph.node, rename, given, depth),
      initializer: graph.initializer.map((tensor) => named(tensor, rename(tensor.name))),
      output: graph.output.map((output) => named(output, rename(output.name))),
    });
  }

  private nodes(nodes: readonly NodeProto[], rename: Rename, given: Arguments, depth: number): NodeProto[] {
    return nodes.flatMap((node) => {
      checkBudget("nodes, with its functions inlined", ++this.made, operatorOfNode(node.opType, node.name));
      const own = create(NodeProtoSchema, {
        name: node.name,
        domain: node.domain,
        opType: node.opType,
        overload: node.overload,
        input: node.input.map(rename),
        output: node.output.map(rename),
        attribute: node.attribute.flatMap((one) => this.attribute(one, rename, given, depth)),
      });
      this.names.add(own);
      const called = this.functions.get(keyOf(node.domain, node.opType, node.overload));
      return called === undefined ? [own] : this.body(called, own, depth + 1);
    });
  }

  /** The nodes of a function's body where a node calls it. */
  private body(called: FunctionProto, call: NodeProto, depth: number): NodeProto[] {
    if (depth > DEEPEST) throw new CompileError(`the function '${called.name}' calls itself`);
    this.log("inlined", called.name);
    const place = `${call.name || called.name}/${this.calls++}`;
    const bound = new Map<string, string>();
    const identities: NodeProto[] = [];
    for (const [i, name] of called.input.entries()) bound.set(name, call.input[i] ?? "");
    for (const [i, name] of called.output.entries()) {
      const output = call.output[i];
      if (!output) continue;
      const input = bound.get(name);
      if (input === undefined) bound.set(name, output);
      else identities.push(create(NodeProtoSchema, { opType: "Identity", input: [input], output: [output] }));
    }
    const rename: Rename = (name) => name === "" ? "" : bound.get(name) ?? `${place}/${name}`;
    const given = new Map([...called.attributeProto, ...call.attribute].map((one) => [one.name, one]));
    return [...this.nodes(called.node, rename, given, depth), ...identities];
  }

  /** An attribute, or the one that the call gives in its place; none where it is optional and not given. */
  private attribute(
    attribute: AttributeProto,
    rename: Rename,
    given: Arguments,
    depth: number,
  ): AttributeProto[] {
    if (attribute.refAttrName !== "") {
      const value = given.get(attribute.refAttrName);
      return value === undefined ? [] : [named(value, attribute.name)];
    }
    if (attribute.g === undefined) return [attribute];
    const { name, type, g } = attribute;
    return [create(AttributeProtoSchema, { name, type, g: this.graph(g, rename, given, depth) })];
  }
}

/** A message under another name, its contents not copied. */
function named<Named extends { name: string }>(message: Named, name: string): Named {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, { name });
}

function keyOf(domain: string, name: string, overload: string): string {
  return `${domain === "ai.onnx" ? "" : domain}:${name}:${overload}`;
}
