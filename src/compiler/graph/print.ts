import { numbers } from "./constants.ts";
import { type Attribute, type Constant, type Graph, liveNodes, type Node, type Value } from "./graph.ts";
import { uniqueName, type UsedNames } from "./unique_name.ts";

/** The largest number of elements of a constant that is printed where it is read; larger ones are weights. */
const MOST_PRINTED = 8;

/**
 * A graph as text, for reviewing the effect of a change: one line per node, in order, with types, shapes in terms of the
 * symbols, and attributes.
 *
 *     input input_ids: int64 [batch, sequence]
 *     weight @words.weight: float32 [40, 16]
 *     %Gather.1: float32 [batch, sequence, 16] = Gather(@words.weight, %input_ids) axis=0
 *     output embeddings = %Gather.1
 *
 * Values that the compiler has made are numbered by operator, so that a further node changes the numbers only of its own
 * operator; others have the names of the model's file. Weights are printed as names and shapes, without their bytes.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { compile, type Graph, printGraph } from "softprompt/compiler";
 *
 * const path = "data/models/reviews-mlm-mini/onnx/model.onnx";
 * const passes: Graph[] = [];
 * compile(await Deno.readFile(path), path, "embedding-output", "adamw", {
 *   onPass: (_pass, graph) => passes.push(graph),
 * });
 * const step = passes.at(-1)!;
 * assertStringIncludes(printGraph(step), "input input_ids: int64 [batch, sequence]");
 * ```
 */
export function printGraph(graph: Graph): string {
  return new Printer(graph).lines().join("\n") + "\n";
}

class Printer {
  private readonly names = new Map<Value | Constant, string>();
  private readonly used: UsedNames = new Map();
  private readonly counts = new Map<string, number>();
  private readonly weights: string[] = [];

  constructor(private readonly graph: Graph) {}

  lines(): string[] {
    const { inputs, outputs } = this.graph;
    const live = liveNodes(this.graph);
    const wanted = new Set<Value | null>([...live.flatMap((node) => node.inputs), ...outputs.values()]);
    const given = inputs.map((input) => `input ${input.name}: ${signature(input)}`);
    for (const input of inputs) this.names.set(input, this.unique(`%${input.name}`));
    const nodes = live.map((node) => this.node(node, wanted));
    const read = [...outputs].map(([name, value]) => `output ${name} = ${this.read(value)}`);
    return [...given, ...this.weights, ...nodes, ...read];
  }

  /** @param wanted the values that are read: outputs after the last of these are left out */
  private node(node: Node, wanted: ReadonlySet<Value | null>): string {
    const { op, inputs, attributes } = node;
    const outputs = node.outputs.slice(0, node.outputs.findLastIndex((output) => wanted.has(output)) + 1);
    const read = inputs.map((input) => this.read(input)).join(", ");
    const made = outputs.map((output) => `${this.made(node, output)}: ${signature(output)}`).join(", ");
    const given = Object.entries(attributes).map(([name, value]) => ` ${name}=${attribute(value)}`);
    return `${made} = ${op}(${read})${given.join("")}`;
  }

  /** Names an output of a node. */
  private made({ op }: Node, value: Value): string {
    const isCounted = value.name.startsWith(`${op}_`) && /^\d+$/.test(value.name.slice(op.length + 1));
    const count = (this.counts.get(op) ?? 0) + 1;
    if (isCounted) this.counts.set(op, count);
    const name = this.unique(isCounted ? `%${op.replace(/^.*\./, "")}.${count}` : `%${value.name}`);
    this.names.set(value, name);
    return name;
  }

  private read(value: Value | null): string {
    if (value === null) return "none";
    const { type, shape, integers, constant } = value;
    if (integers !== undefined) return literal(type, shape, integers.map(String));
    if (constant === undefined) return this.names.get(value) ?? `%${value.name}`;
    return inline(constant) ?? this.weight(constant, value.name);
  }

  private weight(constant: Constant, hint: string): string {
    const known = this.names.get(constant);
    if (known !== undefined) return known;
    const name = this.unique(`@${hint}`);
    this.names.set(constant, name);
    this.weights.push(`weight ${name}: ${constant.type} [${constant.dims.join(", ")}]`);
    return name;
  }

  private unique(hint: string): string {
    return uniqueName(hint, "~", this.used);
  }
}

function signature({ type, shape }: Value): string {
  return `${type} [${shape.join(", ")}]`;
}

/** `7`, `[batch, 16]`, and with its type where that is not int64: `float32 0.5` */
function literal(type: string, shape: Value["shape"], items: readonly string[]): string {
  const elements = shape.length === 0 ? items.join() : `[${items.join(", ")}]`;
  const form = shape.length > 1 ? ` [${shape.join(", ")}]` : "";
  return type === "int64" && form === "" ? elements : `${type}${form} ${elements}`;
}

/** A small constant, if its bytes are in memory. */
function inline(constant: Constant): string | undefined {
  const { type, dims } = constant;
  if (dims.reduce((a, b) => a * b, 1) > MOST_PRINTED) return undefined;
  const shortest = type === "float32" ? shortestFloat32 : String;
  const items = numbers(constant)?.map(shortest);
  return items && literal(type, dims, items);
}

function attribute(value: Attribute): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if ("float" in value) return shortestFloat32(value.float);
  if ("floats" in value) return `[${value.floats.map(shortestFloat32).join(", ")}]`;
  if ("tensor" in value) {
    return inline(value.tensor) ?? `${value.tensor.type} [${value.tensor.dims.join(", ")}]`;
  }
  return `[${value.join(", ")}]`;
}

/** The shortest decimal number that is rounded to a float32. */
function shortestFloat32(x: number): string {
  const single = Math.fround(x);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return String(short);
  }
  return String(Number(single.toPrecision(9)));
}
