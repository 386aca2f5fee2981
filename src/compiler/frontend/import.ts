import type { GraphProto, NodeProto, ValueInfoProto } from "onnx-buf";
import { Builder } from "../ops/builder.ts";
import { scalarOf } from "../graph/constants.ts";
import { checkBudget } from "../graph/budget.ts";
import { elementTypeOf } from "../graph/element_types.ts";
import { CompileError, operatorOfNode } from "../graph/errors.ts";
import type { Attributes, Constant, Graph, PassLog, Value } from "../graph/graph.ts";
import { mapTuple } from "../graph/tuple.ts";
import { isHalf, widened, widenedAttributes, widenedConstant } from "./half_precision.ts";
import { constantAttribute, importAttribute, subgraph, subgraphs } from "./import_attributes.ts";
import { CountedNames } from "./counted_names.ts";
import { checkInputs, importInput } from "./import_inputs.ts";
import { partRead, sequenceParts } from "./import_sequences.ts";
import { inlineFunctions } from "./inline_functions.ts";
import { decoderFeeder, encoded, HIDDEN_STATES } from "./import_decoder.ts";
import { DECODED_ROWS, findLogits, type Logits, READ_ROWS } from "./logits.ts";
import type { Application } from "../lowerings/lowering.ts";
import { loweringOf } from "../lowerings/mod.ts";
import { integerAttribute, required } from "../ops/op_definition.ts";
import { upgradeOpset } from "./upgrade_opset.ts";
import { checkMergedDecoder } from "./merged_decoder.ts";
import { namedMultiplier } from "./named_multiplier.ts";
import { NeededNodes } from "./needed_nodes.ts";
import { checkOneText } from "./one_text.ts";
import { constantOf, type OnnxFile } from "./onnx_file.ts";

/** An imported model. */
export interface Imported {
  /** With the inputs `input_ids`, `attention_mask`, `position_ids` that the model has, and the output `logits`. */
  readonly graph: Graph;
  /** Whether the file itself gives the logits of only one token of each text. */
  readonly ofOneToken: boolean;
}

/** What a graph gives beside its logits, for continuing texts: outputs of the file, of the decoder's where there is one, by new names. */
export type KeptOutputs = ReadonlyMap<string, string>;

/**
 * Turns an inference graph into the compiler's own form: every value with its type and shape, operators in their present
 * form (axes as inputs, constants as values), fused operators lowered, numbers of 16 bits widened, token types zero, no
 * past, and only what the logits need. An encoder and its decoder become one graph.
 *
 * @param kept with it, the graph has these outputs, too, and of an encoder-decoder `encoder_hidden_states` float32 [batch, sequence, size]
 * @returns a graph with the inputs `input_ids`, `attention_mask`, `position_ids` that the model has, int64
 * [batch, sequence], and the output `logits` [batch, sequence, vocabulary]; with a decoder, also the input
 * `decoder_input_ids` int64 [batch, target], and the logits are [batch, target, vocabulary]
 * @throws {CompileError} on an input the compiler cannot feed, a missing one, an operator without a row, or outputs that are
 * no logits
 */
export function importModel(file: OnnxFile, log: PassLog = () => {}, kept?: KeptOutputs): Graph {
  return importAnswering(file, log, kept).graph;
}

/** The same, with the file's own output. */
export function importAnswering(file: OnnxFile, log: PassLog = () => {}, kept?: KeptOutputs): Imported {
  const b = new Builder(file.path, namedMultiplier(file.model));
  const proto = inlineFunctions(file.model, log);
  const importer = new Importer(b, file, log);
  const fed = importer.initialize(proto);
  checkInputs(file.path, fed.map(({ name }) => name));
  importer.feed(fed, (input) => importInput(b, input));
  const take = importer.taker(proto);
  const outputs = new Map<string, Value>();
  const { scores, ofOneToken } = file.decoder === undefined
    ? findLogits(b, proto.output, take, READ_ROWS)
    : decoded(b, file.decoder, encoded(b, proto.output, take), log, kept, outputs);
  if (file.decoder === undefined) {
    for (const [name, output] of kept ?? []) {
      outputs.set(name, take(output));
    }
  }
  const graph = b.graph(new Map([["logits", scores], ...outputs]));
  checkOneText(graph);
  return { graph, ofOneToken };
}

/** The logits that a decoder makes of its encoder's hidden states. @param outputs takes what is kept */
function decoded(
  b: Builder,
  file: OnnxFile,
  hidden: Value,
  log: PassLog,
  kept: KeptOutputs | undefined,
  outputs: Map<string, Value>,
): Logits {
  const proto = inlineFunctions(file.model, log);
  const importer = new Importer(b, file, log);
  const fed = importer.initialize(proto);
  const feed = decoderFeeder(b, file.path, hidden, fed);
  checkMergedDecoder(file);
  return b.from(file.path, () => {
    importer.feed(fed, feed);
    const take = importer.taker(proto);
    const logits = findLogits(b, proto.output, take, DECODED_ROWS);
    if (kept === undefined) return logits;
    outputs.set(HIDDEN_STATES, hidden);
    for (const [name, output] of kept) outputs.set(name, take(output));
    return logits;
  });
}

/** From this version on operators broadcast as they do now, and shapes are inputs. */
const OLDEST_OPSET = 7;

/** Imports node by node. */
class Importer {
  /** The values by their names in the file. */
  readonly values = new Map<string, Value>();
  /** The sequences of tensors by their names. */
  private readonly sequences = new Map<string, readonly Value[]>();
  private readonly imported = new Set<NodeProto>();
  private readonly names = new CountedNames();
  private readonly needed = new NeededNodes();
  private readonly opset: number;

  constructor(readonly b: Builder, private readonly file: OnnxFile, private readonly log: PassLog) {
    const standard = file.model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
    this.opset = Number(standard?.version ?? 0);
    if (this.opset < OLDEST_OPSET) {
      throw new CompileError(
        `${file.path} is written in opset ${this.opset} of ONNX, and the compiler knows ${OLDEST_OPSET} and later: convert it (onnx.version_converter), or export it again`,
      );
    }
  }

  /** Takes in a graph's weights. @returns the inputs that are left to be fed */
  initialize(proto: GraphProto): readonly ValueInfoProto[] {
    for (const tensor of proto.initializer) {
      this.values.set(tensor.name, this.constant(tensor.name, constantOf(tensor, this.file)));
    }
    return proto.input.filter(({ name }) => !this.values.has(name));
  }

  /** Feeds inputs. */
  feed(inputs: readonly ValueInfoProto[], valueOf: (input: ValueInfoProto) => Value): void {
    for (const input of inputs) this.values.set(input.name, valueOf(input));
  }

  /** Imports what an output needs, and gives it. */
  taker(proto: GraphProto): (name: string) => Value {
    checkBudget("inputs or outputs", proto.output.length, this.file.path);
    return (name) => {
      this.nodes(proto, [name]);
      return this.made(name);
    };
  }

  /** Imports those nodes of a graph that some outputs need, each once. */
  nodes(proto: GraphProto, outputs: readonly string[]): void {
    for (const node of this.needed.of(proto, outputs, this.imported)) {
      const where = `${operatorOfNode(node.opType, node.name)} in ${this.file.path}`;
      checkBudget("inputs or outputs", Math.max(node.input.length, node.output.length), where);
      try {
        this.names.add(node);
        this.node(node);
      } catch (error) {
        if (!(error instanceof CompileError) || error.message.includes(this.file.path)) throw error;
        throw new CompileError(`${error.message}: ${where}`, { cause: error });
      }
      this.imported.add(node);
      checkBudget("nodes, with its functions inlined", this.b.nodes.length, this.file.path);
    }
  }

  private constant(name: string, constant: Constant): Value {
    return this.b.constant(name, widenedConstant(constant));
  }

  private node(node: NodeProto): void {
    const { b, values } = this;
    if (subgraphs(node).length > 0) return this.branch(node);
    const inputs = node.input.map((name) => this.sequences.has(name) ? null : this.read(name));
    const attributes = Object.fromEntries(
      node.attribute.map((attribute) => [attribute.name, importAttribute(attribute, this.file)]),
    );
    const first = node.output[0]!;
    if (node.opType === "Constant") {
      values.set(first, this.constant(first, constantAttribute(attributes)));
    } else if (node.opType === "Dropout") {
      values.set(first, undropped(inputs));
    } else if (node.opType === "SplitToSequence") {
      this.sequences.set(first, sequenceParts(b, { op: node.opType, inputs, attributes }));
    } else if (node.opType === "SequenceAt") {
      const part = this.sequences.get(node.input[0] ?? "")?.at(
        partRead({ op: node.opType, inputs, attributes }),
      );
      if (part === undefined) throw new CompileError(`'${node.input[0]}' is not a sequence with such a part`);
      values.set(first, part);
    } else {
      for (const [i, value] of this.apply(node, inputs, attributes).entries()) {
        if (node.output[i]) values.set(node.output[i], widened(b, value));
      }
    }
  }

  private read(name: string): Value | null {
    return name === "" ? null : this.made(name);
  }

  /** The value of a name. */
  made(name: string): Value {
    const value = this.values.get(name);
    if (value === undefined) throw new CompileError(`'${name}' is read, which nothing makes`);
    return value;
  }

  /** Adds the nodes that an operator is in the compiler's form. */
  private apply(
    node: NodeProto,
    given: readonly (Value | null)[],
    attributes: Attributes,
  ): readonly Value[] {
    const { b } = this;
    const plain = node.domain === "" || node.domain === "ai.onnx";
    const op = plain ? node.opType : `${node.domain}.${node.opType}`;
    // A lookup reads a few rows of a table, so they are widened and not the table.
    const inputs = given.map((value, i) =>
      value && isHalf(value.type) && !(op === "Gather" && i === 0) ? widened(b, value) : value
    );
    const own = widenedAttributes(op, attributes);
    const modern = upgradeOpset(b, { op, inputs, attributes: own }, this.opset, node.output.length);
    const lowering = loweringOf(modern);
    if (lowering) this.log("lowered", modern.op);
    if (lowering) return lowering(b, modern);
    if (modern.op === "Identity" || isNeedlessCast(modern)) return [required(modern, 0)];
    if (modern.op === "MatMul") return [vectorProduct(b, modern, node)];
    return b.checkedNode(modern.op, modern.inputs, modern.attributes, node.name, node.output);
  }

  /** Control flow with a condition known at compile time: the branch replaces the node. */
  private branch(node: NodeProto): void {
    const condition = node.opType === "If" ? this.read(node.input[0] ?? "")?.integers?.[0] : undefined;
    if (typeof condition !== "number") {
      throw new CompileError(
        node.opType === "If"
          ? "its condition depends on the inputs; export the model without control flow"
          : "loops are not supported; export the model without control flow",
      );
    }
    const branch = subgraph(node, condition === 0 ? "else_branch" : "then_branch");
    const outputs = branch.output.map(({ name }) => name);
    this.initialize(branch);
    this.nodes(branch, outputs);
    for (const [i, name] of node.output.entries()) {
      const output = outputs[i];
      if (output === undefined) throw new CompileError(`its branch gives ${outputs.length} outputs`);
      this.values.set(name, this.made(output));
    }
  }
}

/** Whether an operator casts to the type that its input has. */
function isNeedlessCast(application: Application): boolean {
  return application.op === "Cast" &&
    elementTypeOf(integerAttribute(application, "to", 0)) === required(application, 0).type;
}

/** The outputs of Dropout at inference, where it drops nothing. */
function undropped([x, ratio, training]: readonly (Value | null)[]): Value {
  const isOff = !training || training.integers?.[0] === 0 || scalarOf(ratio) === 0;
  if (!x || !isOff) {
    throw new CompileError("numbers are dropped at random: export the model for inference (model.eval())");
  }
  return x;
}

/** A matrix product with a vector on one side, or on none. */
function vectorProduct(b: Builder, application: Application, node: NodeProto): Value {
  const [left, other] = mapTuple([0, 1], (at) => required(application, at));
  const whole = (x: Value, shape: Value["shape"]) => x.shape.length === 1 ? b.reshape(x, shape) : x;
  const row = whole(left, [1, ...left.shape]);
  const column = whole(other, [...other.shape, 1]);
  const product = b.node("MatMul", [row, column], {}, node.name, node.output)[0]!;
  const shape = product.shape.filter((_, axis) => {
    const fromEnd = axis - product.shape.length;
    return !(fromEnd === -2 && left.shape.length === 1) && !(fromEnd === -1 && other.shape.length === 1);
  });
  return b.reshape(product, shape);
}
