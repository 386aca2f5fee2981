/** What begins texts that a model continues: its encoder alone, and the first token's logits with what is kept of the text. */
import { Builder } from "../ops/builder.ts";
import { copyNode, rewrite } from "../ops/rewrite.ts";
import { type Dimension, sameDimension, symbol } from "../graph/dimension.ts";
import { codeOf, type ElementType } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import { type Graph, liveNodes, type Value } from "../graph/graph.ts";
import { HIDDEN_STATES } from "../frontend/import_decoder.ts";
import { readNext } from "./read_targets.ts";

/** The encoder's hidden states in the type that the file takes which continues texts. */
export const CONTINUED_HIDDEN_STATES = "continued_hidden_states";

/** What is added to the name of a state where rows of it are chosen. */
export const CHOSEN = "_chosen";

/** The encoder alone. @param continued the type of `encoder_hidden_states` in the file that continues texts, where it takes them */
export function encoderAlone(graph: Graph, continued: ElementType | undefined): Graph {
  const b = Builder.of(graph);
  const hidden = outputOf(graph, HIDDEN_STATES);
  return b.graph(
    new Map([
      [HIDDEN_STATES, hidden],
      ...(continued === undefined ? [] : [[CONTINUED_HIDDEN_STATES, asType(b, hidden, continued)] as const]),
    ]),
  );
}

/** The decoder alone: with the input `encoder_hidden_states` in place of the encoder. */
export function decoderAlone(graph: Graph): Graph {
  const hidden = outputOf(graph, HIDDEN_STATES);
  const apart = rewrite(graph, (node, inputs, b) => {
    if (!node.outputs.includes(hidden)) return undefined;
    const given = b.input(HIDDEN_STATES, hidden.type, hidden.shape);
    return copyNode(b, node, inputs).map((output, i) => node.outputs[i] === hidden ? given : output);
  });
  const outputs = new Map(apart.outputs);
  outputs.delete(HIDDEN_STATES);
  const nodes = liveNodes({ ...apart, outputs });
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { ...apart, nodes, inputs: apart.inputs.filter((input) => read.has(input)), outputs };
}

/** As `readNext`, with the states that are kept, in their types. */
export function readNextAndStates(graph: Graph, states: ReadonlyMap<string, ElementType>): Graph {
  const next = readNext(graph);
  const b = Builder.of(next);
  const kept = [...states].map(([name, type]) => [name, asType(b, outputOf(graph, name), type)] as const);
  return b.graph(new Map([...next.outputs, ...kept]));
}

/**
 * Chooses rows of what is kept of texts: repeated, left out, in another order.
 *
 * @param states by their names, each with an axis of the batch
 * @returns a graph with the inputs `rows` int64 [chosen] and the states, and their rows as outputs, named by the states with `_chosen`
 * @throws {CompileError} where a state has no axis of the batch
 */
export function chooseRows(source: string, states: ReadonlyMap<string, Value>): Graph {
  const b = new Builder(source);
  const rows = b.input("rows", "int64", [symbol("chosen")]);
  const outputs = [...states].map(([name, { type, shape }]) => {
    const axis = shape.findIndex((extent) => sameDimension(extent, symbol("batch")));
    if (axis < 0) {
      throw new CompileError(`${source}: '${name}' is [${shape.join(", ")}], the same for all texts`);
    }
    return [`${name}${CHOSEN}`, b.op("Gather", [b.input(name, type, shape), rows], { axis })] as const;
  });
  return b.graph(new Map(outputs));
}

/** Whether a state is of the text that an encoder reads, and stays as it is. @param shape its first value's */
export function staysAsItIs(shape: readonly Dimension[]): boolean {
  return shape.some((extent) => sameDimension(extent, symbol("sequence")));
}

function asType(b: Builder, value: Value, type: ElementType): Value {
  return value.type === type ? value : b.op("Cast", [value], { to: codeOf(type) });
}

function outputOf({ outputs, source }: Graph, name: string): Value {
  const output = outputs.get(name);
  if (output === undefined) throw new CompileError(`${source} gives no '${name}'`);
  return output;
}
