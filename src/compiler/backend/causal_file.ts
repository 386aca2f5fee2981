import type { GraphProto, ModelProto } from "onnx-buf";
import { declared, pastAxis } from "../frontend/import_inputs.ts";
import type { OnnxFile } from "../frontend/onnx_file.ts";
import { symbol } from "../graph/dimension.ts";
import { codeOf, elementTypeOf, isFloat } from "../graph/element_types.ts";
import { CompileError } from "../graph/errors.ts";
import type { Constant } from "../graph/graph.ts";
import { writeOneFile } from "./self_contained.ts";
import type { ClassifierSide } from "./classifier_prompt.ts";
import { NodeList } from "./node_list.ts";
import { valueInfo } from "./onnx_protos.ts";
import { inputsOf, opsetOf, renameInput, withWeights } from "./own_file.ts";
import type { WeightStorage } from "./stored_weights.ts";

/** A prompt in front of a causal model's texts. */
export interface CausalFrame {
  /** What stands before the text; the vectors' places come first. */
  readonly before: ClassifierSide;
  /** What stands after it, and before what the model writes. */
  readonly after: ClassifierSide;
  /** Absent for a hard prompt. */
  readonly vectors:
    | {
      /** float32 [length, dimension] */
      readonly rows: Constant;
      /** The name in the file of the embeddings [batch, tokens, dimension] whose first rows they replace. */
      readonly place: string;
    }
    | undefined;
  /** What `position_ids` is fed for the first token: `PositionFacts.first`. */
  readonly firstPosition: number;
}

type Vectors = NonNullable<CausalFrame["vectors"]>;

const PREFIX = "prompt/";
const INPUTS = { ids: "input_ids", mask: "attention_mask", positions: "position_ids" } as const;

const INT64: number = codeOf("int64");

/** From this version on all operators that are put in front of the model are as they are used. */
const OLDEST_OPSET = 13;

/**
 * A causal model's own file with a prompt in front of its texts, as `exportCausal` says.
 *
 * @throws {CompileError} as there
 */
export function causalFile(
  file: OnnxFile,
  prompt: CausalFrame,
  storage: WeightStorage = "float32",
): Uint8Array {
  const model = withWeights(file, storage);
  const graph = model.graph!;
  const inputs = inputsOf(model);
  const past = inputs.find(({ name }) => name.startsWith("past_key_values."));
  if (past === undefined) {
    throw new CompileError(
      `${file.path} has no inputs 'past_key_values.*', without which a text cannot be continued token by token: export the model with its cache`,
    );
  }
  const lacking = Object.values(INPUTS).find((name) => !inputs.some((input) => input.name === name));
  if (lacking !== undefined) {
    throw new CompileError(
      `${file.path} has no input '${lacking}', so that the shorter texts of a batch would be read with their padding: export the model with it`,
    );
  }
  const opset = opsetOf(model);
  if (opset < OLDEST_OPSET) {
    throw new CompileError(
      `${file.path} is written in opset ${opset} of ONNX, and a prompt is put in front of ${OLDEST_OPSET} and later: convert it (onnx.version_converter), or export it again`,
    );
  }
  for (const name of Object.values(INPUTS)) renameInput(model, name, inside(name));
  const types = new Map(inputs.map((input) => [input.name, declared(input).type]));
  const own = new CausalPrelude(prompt, types, past.name, pastAxis(file.path, past));
  if (prompt.vectors) putInFront(model, prompt.vectors, own.begins);
  graph.initializer.push(...own.initializers);
  graph.node = [...own.nodes, ...graph.node];
  graph.input = graph.input.filter(({ name }) => name !== INPUTS.positions);
  for (const input of graph.input) {
    // With the template the mask is longer than what is kept of the text alone.
    if (input.name !== INPUTS.mask) continue;
    Object.assign(
      input,
      valueInfo(input.name, {
        name: input.name,
        type: "int64",
        shape: [symbol("batch_size"), symbol("mask_length")],
      }),
    );
  }
  return writeOneFile(model);
}

/** The name of what an input is inside. */
function inside(name: string): string {
  return `${PREFIX}${name}`;
}

/** The nodes that make the model's ids, mask and positions of a text's. */
class CausalPrelude extends NodeList {
  /** int64 [1]: 1 where the past is empty, else 0. */
  readonly begins: string;
  private readonly batch: string;

  /** @param types the codes of the inputs' types @param past an input for keys or values @param axis that of its tokens */
  constructor(
    { before, after, firstPosition }: CausalFrame,
    types: ReadonlyMap<string, number>,
    past: string,
    axis: number,
  ) {
    super(PREFIX);
    this.batch = this.add("Gather", [this.add("Shape", [INPUTS.ids]), this.integers([0])]);
    const length = this.add("Gather", [this.add("Shape", [past]), this.integers([axis])]);
    this.begins = this.cast(this.add("Equal", [length, this.integers([0])]), INT64);
    const close = (name: string, value: string) =>
      this.add("Cast", [value], { to: types.get(name)! }, inside(name));
    const whole = (name: string) => this.cast(name, INT64);
    const sides = [before, after].map(({ ids }) => this.whereItBegins(ids));
    const ids = this.add("Concat", [sides[0]!, whole(INPUTS.ids), sides[1]!], { axis: 1 });
    close(INPUTS.ids, ids);
    const around = (of: (side: ClassifierSide) => readonly number[]) =>
      this.add("Concat", [
        this.everywhere(of(before)),
        whole(INPUTS.mask),
        this.everywhere(of(after)),
      ], { axis: 1 });
    close(INPUTS.mask, around((side) => side.ids.map(() => 1)));
    const counted = around((side) => side.counted.map(Number));
    const earlier = this.add("CumSum", [counted, this.integers([1], [])], { exclusive: 1 });
    const places = this.add("Mul", [this.add("Add", [earlier, this.integers([firstPosition])]), counted]);
    const size = this.add("Gather", [this.add("Shape", [ids]), this.integers([1])]);
    const total = this.add("Gather", [this.add("Shape", [places]), this.integers([1])]);
    const start = this.add("Sub", [total, size]);
    close(INPUTS.positions, this.add("Slice", [places, start, total, this.integers([1])]));
  }

  private cast(value: string, to: number): string {
    return this.add("Cast", [value], { to });
  }

  /** int64 [batch, values]: the same for each text. */
  private everywhere(values: readonly number[]): string {
    return this.expanded(this.integers(values, [1, values.length]));
  }

  /** The same where the past is empty, else [batch, 0]. */
  private whereItBegins(values: readonly number[]): string {
    const row = this.integers(values, [1, values.length]);
    const end = this.add("Mul", [this.begins, this.integers([values.length])]);
    return this.expanded(this.add("Slice", [row, this.integers([0]), end, this.integers([1])]));
  }

  private expanded(row: string): string {
    return this.add("Expand", [row, this.add("Concat", [this.batch, this.integers([1])], { axis: 0 })]);
  }
}

/** Puts vectors into the first rows of embeddings [batch, tokens, dimension], right after what makes these. */
function putInFront({ graph }: ModelProto, { rows: vectors, place }: Vectors, begins: string): void {
  const at = graph!.node.findIndex(({ output }) => output.includes(place));
  const own = `${PREFIX}${place}`;
  const type = typeOf(place, graph!);
  if (at < 0 || type === undefined) {
    throw new CompileError(
      `no operator of the model's file gives the embeddings ('${place}') that the prompt's vectors replace: export the model again, without functions of its own`,
    );
  }
  const node = graph!.node[at]!;
  node.output = node.output.map((name) => name === place ? own : name);
  const rows = new NodeList(`${PREFIX}rows/`);
  const [length, dimension] = vectors.dims;
  const all = rows.constant({ ...vectors, dims: [1, length!, dimension!] });
  const end = rows.add("Mul", [begins, rows.integers([length!])]);
  const axis = rows.integers([1]);
  const used = rows.add("Cast", [rows.add("Slice", [all, rows.integers([0]), end, axis])], { to: type });
  const batch = rows.add("Gather", [rows.add("Shape", [own]), rows.integers([0])]);
  const shape = rows.add("Concat", [batch, rows.integers([1, 1])], { axis: 0 });
  const rest = rows.add("Slice", [own, end, rows.integers([Number.MAX_SAFE_INTEGER]), axis]);
  rows.add("Concat", [rows.add("Expand", [used, shape]), rest], { axis: 1 }, place);
  graph!.node.splice(at + 1, 0, ...rows.nodes);
  graph!.initializer.push(...rows.initializers);
}

/** The code of the type of a value that is computed from a table: that of its floats, or of its last cast. */
function typeOf(name: string, graph: GraphProto): number | undefined {
  const tensor = graph.initializer.find((one) => one.name === name);
  if (tensor !== undefined) return isFloat(elementTypeOf(tensor.dataType)!) ? tensor.dataType : undefined;
  const node = graph.node.find(({ output }) => output.includes(name));
  const to = node?.opType === "Cast" && node.attribute.find((attribute) => attribute.name === "to");
  if (to) return Number(to.i);
  for (const input of node?.input ?? []) {
    const type = typeOf(input, graph);
    if (type !== undefined) return type;
  }
  return undefined;
}
